import type { Command } from '@commander-js/extra-typings';
import { runRole } from './run-role.ts';

/** `checkmend serve`: takes deliveries, and leaves the work to `checkmend work`. */
export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('take deliveries only; "checkmend work" does the work')
    .action(() => runRole({ name: 'serve', ingress: 'push', queues: [], concurrency: 1 }));
}
