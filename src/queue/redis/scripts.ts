import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisClient } from './client.ts';
import { replyCode } from './errors.ts';

/** The scripts, one transition each; their contracts stand at the head of the files in `lua/`. */
export const SCRIPT_NAMES = [
  'add',
  'step',
  'attach',
  'beat',
  'extend',
  'stats',
  'letters',
  'requeue',
  'discard',
  'annotate',
  'pause',
] as const;
export type ScriptName = (typeof SCRIPT_NAMES)[number];

/** A script as it is sent to the server. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

const cache = new Map<ScriptName, Script>();

function readLua(name: string): string {
  return readFileSync(new URL(`../lua/${name}.lua`, import.meta.url), 'utf8');
}

/** The text of a script with its includes put in after the first line (which carries the script's flags). */
export function loadScript(name: ScriptName): Script {
  const cached = cache.get(name);
  if (cached) return cached;
  const text = readLua(name);
  const flags = text.slice(0, text.indexOf('\n') + 1);
  const source =
    flags +
    text
      .slice(flags.length)
      .replace(/^--- @include (.+)$/m, (_line, names: string) => names.split(' ').map(readLua).join('\n'));
  const script = { source, sha: createHash('sha1').update(source).digest('hex') };
  cache.set(name, script);
  return script;
}

/** Calls a script by its hash, and by its text where the server does not have it (new, flushed, failed over). */
export async function callScript(
  client: RedisClient,
  name: ScriptName,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  const script = loadScript(name);
  try {
    return await client.call('EVALSHA', script.sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (replyCode(error) !== 'NOSCRIPT') throw error;
    return client.call('EVAL', script.source, keys.length, ...keys, ...args);
  }
}
