import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { ValidationError } from '../../errors.ts';

/** Variables in the order they are written. */
export type EnvValues = Readonly<Record<string, string>>;

/** Only the owner may read it: it holds the App's private key. */
const MODE = 0o600;

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/;

/** Names among `names` that the file sets already; none where there is no file. */
export function namesInEnvFile(file: string, names: readonly string[]): string[] {
  if (!existsSync(file)) return [];
  const set = new Set(readFileSync(file, 'utf8').split('\n').map(nameOf));
  return names.filter((name) => set.has(name));
}

/**
 * Writes variables into a `.env` file, mode 600, as a whole or not at all. Other lines stay; lines that set one of
 * the variables are replaced.
 * @throws ValidationError for a value that cannot be written on one line, or a system error
 */
export function writeEnvFile(file: string, values: EnvValues): void {
  const kept = existsSync(file)
    ? readFileSync(file, 'utf8')
        .replace(/\n+$/, '')
        .split('\n')
        .filter((line) => !Object.hasOwn(values, nameOf(line)))
        .filter((line, index, lines) => line !== '' || index < lines.length - 1)
    : [];
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoted(name, value)}`);
  const part = `${file}.part`;
  writeFileSync(part, `${[...kept, ...lines].join('\n')}\n`, { mode: MODE });
  // The mode of a new file is cut by the umask; that of one that was left behind is what it was.
  chmodSync(part, MODE);
  renameSync(part, file);
}

function nameOf(line: string): string {
  return ASSIGNMENT.exec(line)?.[1] ?? '';
}

/** Line breaks become `\n`, as `.env` files have them between double quotes. */
function quoted(name: string, value: string): string {
  const text = value.replaceAll('\r', '').replace(/\n$/, '');
  if (/["\\\0]/.test(text)) throw new ValidationError(name, 'cannot be written to a .env file');
  return /^[\w.,:/@+-]+$/.test(text) ? text : `"${text.replaceAll('\n', '\\n')}"`;
}
