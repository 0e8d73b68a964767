import { Command, CommanderError } from '@commander-js/extra-typings';
import { ConfigError, toError } from '../errors.ts';
import { redactSecrets } from '../logger.ts';
import { packageVersion } from '../version.ts';
import { registerAnalyze } from './analyze.ts';
import { registerDev } from './dev.ts';
import { registerEval } from './eval.ts';
import { registerPause } from './pause.ts';
import { registerReplay } from './replay.ts';
import { registerServe } from './serve.ts';
import { registerSetup } from './setup.ts';
import { registerStart } from './start.ts';
import { registerStatus } from './status.ts';
import { registerWhy } from './why.ts';
import { registerWork } from './work.ts';

const REGISTRATIONS = [
  registerSetup,
  registerStart,
  registerDev,
  registerServe,
  registerWork,
  registerStatus,
  registerWhy,
  registerPause,
  registerReplay,
  registerAnalyze,
  registerEval,
];

/** The command line, with every command registered. */
export function buildProgram(): Command {
  const program = new Command('checkmend')
    .description('Mends failing checks on GitHub pull requests.')
    .version(packageVersion(), '-V, --version')
    .configureHelp({ sortOptions: true })
    // One line, whatever it has to say.
    .configureOutput({
      outputError: (text, write) => write(`checkmend: ${text.trim().replace(/\s*\n\s*/g, ' ')}\n`),
    })
    .exitOverride();
  for (const register of REGISTRATIONS) register(program);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/**
 * Runs one command line. Errors go to standard error, one line each.
 * @returns the exit code: 0, or 1 for a failure, or 2 for words that make no command
 */
export async function runCli(args: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync([...args], { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${messageOf(thrown)}\n`);
    return 1;
  }
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof ConfigError && thrown.problems.length > 1) {
    return `checkmend: the configuration is not complete:\n${thrown.problems.map((line) => `  - ${line}`).join('\n')}`;
  }
  return `checkmend: ${redactSecrets(toError(thrown).message).replaceAll('\n', ' ')}`;
}
