import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const main = path.resolve(import.meta.dirname, '../../../src/cli/main.ts');

/** How a command line ended. */
export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What a program gets beside its arguments. */
export interface CommandOptions {
  env?: Record<string, string>;
  input?: string;
  cwd?: string;
}

/** Runs the command line as a process of its own, with nothing of this process's configuration. */
export function run(args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
  return runProgram(main, args, options);
}

/** The same for any program of the project. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { env = {}, input, cwd = import.meta.dirname }: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input ?? '');
  const [stdout, stderr] = await Promise.all([
    child.stdout.setEncoding('utf8').toArray(),
    child.stderr.setEncoding('utf8').toArray(),
    once(child, 'close'),
  ]);
  return { code: child.exitCode, stdout: stdout.join(''), stderr: stderr.join('') };
}
