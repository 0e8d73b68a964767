import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { Command, CommanderError } from '@commander-js/extra-typings';
import { ConfigError, codeOf, toError } from '../errors.ts';
import { redactSecrets } from '../logger.ts';
import { packageVersion } from '../version.ts';
import { registerAnalyze } from './analyze.ts';
import { registerDeliveries } from './deliveries.ts';
import { registerDev } from './dev.ts';
import { registerEval } from './eval.ts';
import { registerPause } from './pause.ts';
import { registerPolicy } from './policy.ts';
import { registerReconcile } from './reconcile.ts';
import { registerRecord } from './record.ts';
import { registerReplay } from './replay.ts';
import { registerScoreboard } from './scoreboard.ts';
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
  registerScoreboard,
  registerPause,
  registerPolicy,
  registerReconcile,
  registerRecord,
  registerReplay,
  registerDeliveries,
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
    loadDotEnv();
    await buildProgram().parseAsync([...args], { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${messageOf(thrown)}\n`);
    return 1;
  }
}

/** Reads `.env` of the current folder where there is one; what is set already wins over it. */
function loadDotEnv(): void {
  if (!existsSync('.env')) return;
  try {
    loadEnvFile('.env');
  } catch (thrown) {
    throw new ConfigError([`.env cannot be read (${codeOf(thrown)})`]);
  }
}

function messageOf(thrown: unknown): string {
  const problems = thrown instanceof ConfigError ? thrown.problems : [];
  const lines = (problems.length > 1 ? problems : [toError(thrown).message]).map((line) =>
    redactSecrets(line).replaceAll('\n', ' '),
  );
  if (problems.length <= 1) return `checkmend: ${lines[0]}`;
  return `checkmend: the configuration is not complete:\n${lines.map((line) => `  - ${line}`).join('\n')}`;
}
