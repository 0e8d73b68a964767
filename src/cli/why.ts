import type { Command } from '@commander-js/extra-typings';
import { sleep, systemClock } from '../clock.ts';
import { PermanentError } from '../errors.ts';
import { formatTimelineEntry } from '../fixes/timeline-line.ts';
import type { Store } from '../store/types.ts';
import { withState } from './state.ts';
import { type PullRequestName, parsePullRequestName } from './target.ts';

/** How often `--follow` looks for new entries, in milliseconds. */
const FOLLOW_INTERVAL_MS = 250;

/** `checkmend why OWNER/REPO#N`: every event, verdict, rule and action of a pull request. */
export function registerWhy(program: Command): void {
  program
    .command('why')
    .description('what was decided about a pull request, and by which rule')
    .argument('<pull-request>', 'OWNER/REPO#NUMBER')
    .option('--json', 'one JSON object a line')
    .option('--follow', 'go on as entries are added, until interrupted')
    .action(async (name, { json = false, follow = false }) => {
      const target = parsePullRequestName(name);
      await withState(async ({ store }) => {
        const last = await print(store, target, 0, json);
        if (last === 0 && !follow) throw new PermanentError('not_found', `nothing is known of ${name}`);
        if (follow) await followOn(store, target, last, json);
      });
    });
}

async function followOn(store: Store, target: PullRequestName, from: number, json: boolean): Promise<void> {
  const interrupted = new AbortController();
  // Standard output closing (`why … | head`) is the other way to end.
  process.stdout.once('error', () => interrupted.abort());
  let last = from;
  while (!interrupted.signal.aborted) {
    await sleep(systemClock, FOLLOW_INTERVAL_MS, interrupted.signal);
    last = await print(store, target, last, json);
  }
}

async function print(store: Store, target: PullRequestName, afterId: number, json: boolean): Promise<number> {
  const { owner, repo, number } = target;
  let last = afterId;
  for (;;) {
    const entries = await store.timeline.list({ owner, repo, prNumber: number }, { afterId: last });
    for (const entry of entries)
      process.stdout.write(`${json ? JSON.stringify(entry) : formatTimelineEntry(entry)}\n`);
    const newest = entries.at(-1);
    if (!newest) return last;
    last = newest.id;
  }
}
