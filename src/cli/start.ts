import type { Command } from '@commander-js/extra-typings';
import { QUEUES } from '../messages/queues.ts';
import { DEFAULT_CONCURRENCY, parseConcurrency } from './concurrency.ts';
import { runRole } from './run-role.ts';

/** `checkmend start`: everything in one process. */
export function registerStart(program: Command): void {
  program
    .command('start')
    .description('take deliveries and work on them, all in one process')
    .option(
      '--concurrency <n>',
      'messages at once in all queues, 1..256',
      parseConcurrency,
      DEFAULT_CONCURRENCY,
    )
    .option('--pull', "read deliveries from GitHub's API every few seconds: no open port and no tunnel")
    .action(({ concurrency, pull = false }) =>
      runRole({ name: 'start', ingress: pull ? 'pull' : 'push', queues: Object.values(QUEUES), concurrency }),
    );
}
