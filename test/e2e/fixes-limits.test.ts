import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRETTY, Story } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

/** GitHub has had enough of us: the work waits as long as GitHub says, and is done then, once. */
describe('a limit of GitHub', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  /** What was on its way when the refusal came, or had been let through before it was noted, comes within this. */
  const GRACE_MS = 500;

  /** Requests of the installation that came while it was limited, until `ms` after the refusal. */
  function asked(ms: number): string[] {
    const { entries } = story.github.requests;
    const refused = entries.find(({ status }) => status === 403 || status === 429);
    if (!refused) throw new Error('nothing was refused');
    return entries
      .filter(
        ({ at, path: to }) => at > refused.at + GRACE_MS && at < refused.at + ms && !to.startsWith('/app'),
      )
      .map(({ method, path: to }) => `${method} ${to}`);
  }

  it('of requests an hour that is reached is waited for until its reset, and the fix is made then', async () => {
    const repository = await story.repository('hour', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    story.github.requests.clear();
    const reset = Math.ceil(Date.now() / 1000) + 5;
    story.github.faults.add({
      route: 'GET /repos/acme/hour/actions/jobs/*/logs',
      status: 403,
      headers: {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(reset),
      },
      body: { message: 'API rate limit exceeded for installation ID 1.' },
    });
    await story.fail(pull);
    await story.applied(pull, 'apply_patch');
    expect(asked(1500)).toEqual([]);
    const file = await story.scenario.readFile(repository, 'topic', 'prices.py');
    expect(file?.toString()).toBe(PRETTY);
    expect(await story.fixCommits(pull)).toHaveLength(1);
    // The last that it asks for: nothing of it is on its way when the next story reaches its limit.
    await until(async () => ((await story.report(pull))?.conclusion === 'success' ? true : null));
  });

  it('of content that is reached is waited for as retry-after says, and the commit is made once', async () => {
    const repository = await story.repository('content', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    story.github.requests.clear();
    story.github.faults.add({
      route: 'POST /graphql',
      status: 403,
      headers: { 'retry-after': '3' },
      body: { message: 'You have exceeded a secondary rate limit.' },
    });
    await story.fail(pull);
    await story.applied(pull, 'apply_patch');
    expect(asked(2900)).toEqual([]);
    expect(await story.fixCommits(pull)).toHaveLength(1);
    expect(story.github.requests.count('POST /graphql')).toBe(2);
  });
});
