import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRETTY, type Pull, Story, UGLY } from './story.ts';
import { FIX_AT_ONCE } from './support.ts';

/** Failed pull requests of the account that is badly off: more than the service has slots. */
const CROWD = 12;
/** Milliseconds in which the good account is mended all the same, on a busy machine. */
const SOON_MS = 15_000;
/** Milliseconds until a request counts as not answered. */
const REQUEST_MS = 15_000;

/** Each account has an installation of its own: what GitHub does to one is no matter of the others. */
describe('an account that is badly off', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin({ github: { installedOn: ['acme', 'umbrella', 'bob', 'carol'] } });
  });
  afterAll(() => story[Symbol.asyncDispose]());

  const always = { times: Number.POSITIVE_INFINITY };

  /** A check of many pull requests of an account fails at once. */
  async function failCrowd(account: string, name = 'shop'): Promise<Pull[]> {
    const repository = `${account}/${name}`;
    await story.scenario.createRepository(repository, { files: { '.github/checkmend.yml': FIX_AT_ONCE } });
    const pulls: Pull[] = [];
    for (let n = 0; n < CROWD; n++) {
      pulls.push(await story.openPull(repository, { branch: `topic-${n}`, files: { 'prices.py': UGLY } }));
    }
    for (const pull of pulls) await story.fail(pull);
    return pulls;
  }

  /** A check of an account fails, by default of the good one, and is mended; answers in how many milliseconds. */
  async function mend(name: string, account = 'acme'): Promise<number> {
    const repository = `${account}/${name}`;
    await story.scenario.createRepository(repository, { files: { '.github/checkmend.yml': FIX_AT_ONCE } });
    const pull = await story.openPull(repository);
    const from = performance.now();
    await story.fail(pull);
    await story.applied(pull, 'apply_patch');
    const file = await story.scenario.readFile(repository, 'topic', 'prices.py');
    expect(file?.toString()).toBe(PRETTY);
    return performance.now() - from;
  }

  it('because GitHub fails for it holds up no other', async () => {
    story.github.faults.add({ route: '* /repos/umbrella/**', status: 503, ...always });
    await failCrowd('umbrella');
    expect(await mend('beside-outage')).toBeLessThan(SOON_MS);
  });

  it('because GitHub limits it holds up no other, and is not asked for more', async () => {
    const body = { message: 'You have exceeded a secondary rate limit.' };
    const headers = { 'retry-after': '600' };
    story.github.faults.add({ route: '* /repos/carol/**', status: 403, headers, body, ...always });
    await failCrowd('carol');
    expect(await mend('beside-limit')).toBeLessThan(SOON_MS);
    story.github.requests.clear();
    expect(await mend('beside-limit-again')).toBeLessThan(SOON_MS);
    const asked = story.github.requests.entries.filter(({ path }) => path.startsWith('/repos/carol/'));
    expect(asked).toEqual([]);
  });

  it('because it is suspended holds up no other, and its work ends', async () => {
    // Once the service has a token: GitHub refuses those from before as well.
    await mend('before', 'bob');
    const body = { message: 'This installation has been suspended' };
    for (const route of ['POST /app/installations/1003/access_tokens', '* /repos/bob/**']) {
      story.github.faults.add({ route, status: 403, body, ...always });
    }
    const pulls = await failCrowd('bob');
    expect(await mend('beside-suspended')).toBeLessThan(SOON_MS);
    for (const pull of pulls) await story.ruled(pull, 'github.suspended');
  });

  it('because GitHub does not answer for it holds up the others for the time of one request', async () => {
    story.github.faults.clear();
    const never = Promise.withResolvers<void>();
    story.github.faults.add({ route: '* /repos/umbrella/**', until: never.promise, ...always });
    await failCrowd('umbrella', 'warehouse');
    expect(await mend('beside-silence')).toBeLessThan(REQUEST_MS + 10_000);
    // By now it is known.
    expect(await mend('beside-silence-again')).toBeLessThan(SOON_MS);
    never.resolve();
  });
});
