import type { Command } from '@commander-js/extra-typings';
import { QUEUES } from '../messages/queues.ts';
import { withState } from './state.ts';

/** `checkmend pause --all` and `checkmend resume --all`: the kill switch. */
export function registerPause(program: Command): void {
  for (const verb of ['pause', 'resume'] as const) {
    program
      .command(verb)
      .description(
        verb === 'pause'
          ? 'stop all work after what is running; deliveries are still taken and kept'
          : 'take the work up again',
      )
      .requiredOption('--all', 'every queue, in every process')
      .action(async () => {
        await withState(async ({ queues }) => {
          for (const queue of Object.values(QUEUES)) await queues[verb](queue);
        });
        process.stdout.write(
          verb === 'pause' ? 'paused: nothing is started until "checkmend resume --all"\n' : 'resumed\n',
        );
      });
  }
}
