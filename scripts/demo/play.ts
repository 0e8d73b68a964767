import { sleep, systemClock } from '../../src/clock.ts';
import type { Store } from '../../src/store/types.ts';
import type { LocalGitHub } from '../../test/support/github/local-github.ts';
import { narrator } from './narrator.ts';
import type { Story } from './stories.ts';

/** How often the timeline is looked at, and how long one pull request may take, in milliseconds. */
const LOOK_INTERVAL_MS = 100;
const STORY_TIMEOUT_MS = 30_000;

/** Plays one story and prints its stages as they happen; answers whether it ended as it should. */
export async function play(
  story: Story,
  {
    github,
    store,
    repository,
    signal,
  }: { github: LocalGitHub; store: Store; repository: string; signal: AbortSignal },
): Promise<boolean> {
  const pull = await story.begin(github, repository);
  const [owner = '', repo = ''] = repository.split('/');
  narrator.story(`${repository}#${pull.number}`, story.title, story.teaser);
  const deadline = systemClock.monotonic() + STORY_TIMEOUT_MS;
  let last = 0;
  const follow = async () => {
    const entries = await store.timeline.list({ owner, repo, prNumber: pull.number }, { afterId: last });
    for (const entry of entries) narrator.stage(entry);
    last = entries.at(-1)?.id ?? last;
  };
  while (!signal.aborted && systemClock.monotonic() < deadline) {
    await follow();
    const ending = await story.ending(github, repository, pull);
    if (ending) {
      await sleep(systemClock, LOOK_INTERVAL_MS, signal);
      await follow();
      narrator.ending(ending);
      return true;
    }
    await sleep(systemClock, LOOK_INTERVAL_MS, signal);
  }
  if (!signal.aborted) narrator.failed('it did not end as it should');
  return false;
}
