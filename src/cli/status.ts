import type { Command } from '@commander-js/extra-typings';
import { sleep, systemClock } from '../clock.ts';
import { readStatus, type ServiceStatus } from '../service/status.ts';
import { withState } from './state.ts';
import { formatStatus } from './status-page.ts';

/** How often `--watch` looks again, in milliseconds. */
const WATCH_INTERVAL_MS = 1000;

/** `checkmend status`: queues, workers, pull requests, last deliveries. */
export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('queues, workers, pull requests and the last deliveries')
    .option('--json', 'one JSON object')
    .option('--watch', 'look again every second, until interrupted')
    .action(async ({ json = false, watch = false }) => {
      const print = (status: ServiceStatus) =>
        process.stdout.write(`${json ? JSON.stringify(status) : formatStatus(status)}\n`);
      await withState(async (state) => {
        print(await readStatus(state, systemClock.now()));
        while (watch) {
          await sleep(systemClock, WATCH_INTERVAL_MS);
          if (process.stdout.isTTY && !json) process.stdout.write('\x1b[H\x1b[2J');
          print(await readStatus(state, systemClock.now()));
        }
      });
    });
}
