import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pull, Story, UGLY } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

const SUGGEST_AT_ONCE = FIX_AT_ONCE.replace('mode: fix', 'mode: suggest');
/** The failing lines are not in the diff: nothing can be suggested. */
const ELSEWHERE = { files: { 'other.py': 'x = 1\n' } };

/** A pull request gets one comment at most, and only where something is left for a person to do. */
describe('the comment on a pull request', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  async function comments(pull: Pull): Promise<string[]> {
    const all = await story.scenario.listComments(pull.repository, pull.number);
    return all.filter(({ author }) => author === 'checkmend[bot]').map(({ body }) => body);
  }

  const saying = (pull: Pull, words: string) =>
    until(async () => {
      const [body] = await comments(pull);
      return body?.includes(words) ? body : null;
    }, 60_000);

  it('is edited in place: first with what is left to do, then that nothing is', async () => {
    const repository = await story.repository('edited', SUGGEST_AT_ONCE, { 'prices.py': UGLY });
    const pull = await story.openPull(repository, ELSEWHERE);
    await story.fail(pull);
    const body = await saying(pull, 'that it leaves to you');
    expect(body).toContain(`\`${pull.headSha.slice(0, 7)}\``);
    const [known] = await story.scenario.listComments(repository, pull.number);
    await story.scenario.comment(repository, pull.number, '/checkmend fix', 'alice');
    await story.applied(pull, 'apply_patch');
    await saying(pull, 'Nothing is left to do');
    const own = (await story.scenario.listComments(repository, pull.number)).filter(
      ({ author }) => author === 'checkmend[bot]',
    );
    expect(own.map(({ id }) => id)).toEqual([known?.id]);
  });

  it('speaks of the new head when somebody pushes', async () => {
    const repository = await story.repository('pushed', SUGGEST_AT_ONCE, { 'prices.py': UGLY });
    const pull = await story.openPull(repository, ELSEWHERE);
    await story.fail(pull);
    await saying(pull, 'that it leaves to you');
    const headSha = await story.scenario.push(repository, pull.branch, { 'more.py': 'y = 2\n' });
    await saying(pull, `Nothing is left to do on \`${headSha.slice(0, 7)}\``);
    await story.fail(pull, { headSha });
    await saying(pull, `of \`${headSha.slice(0, 7)}\` that it leaves to you`);
    expect(await comments(pull)).toHaveLength(1);
  });

  it('is none where the fix was committed, and none where it was suggested', async () => {
    const committed = await story.openPull(await story.repository('committed', FIX_AT_ONCE));
    const suggested = await story.openPull(await story.repository('suggested', SUGGEST_AT_ONCE));
    await story.fail(committed);
    await story.fail(suggested);
    await story.applied(committed, 'apply_patch');
    await story.applied(suggested, 'suggest_change');
    await story.stop();
    await story.start();
    expect([...(await comments(committed)), ...(await comments(suggested))]).toEqual([]);
  });

  it('is one when the process is killed after it was written', async () => {
    const repository = await story.repository('killed', SUGGEST_AT_ONCE, { 'prices.py': UGLY });
    const pull = await story.openPull(repository, ELSEWHERE);
    const dead = Promise.withResolvers<void>();
    const route = `POST /repos/${repository}/issues/*/comments`;
    const held = story.github.faults.add({ route, times: 1, afterEffect: true, until: dead.promise });
    await story.fail(pull);
    await until(async () => (held.left === 0 && (await comments(pull)).length === 1 ? true : null), 60_000);
    await story.kill();
    dead.resolve();
    await story.start();
    // The lease of who was killed has to lapse first; then the comment is looked for.
    const looked = `GET /repos/${repository}/issues/${pull.number}/comments`;
    await until(async () => (story.github.requests.count(looked) >= 2 ? true : null), 100_000);
    await story.stop();
    await story.start();
    expect(await comments(pull)).toHaveLength(1);
  }, 150_000);

  it('is one when the answer is lost on the way', async () => {
    const repository = await story.repository('lost', SUGGEST_AT_ONCE, { 'prices.py': UGLY });
    const pull = await story.openPull(repository, ELSEWHERE);
    const route = `POST /repos/${repository}/issues/*/comments`;
    const fault = story.github.faults.add({ route, times: 1, afterEffect: true, drop: true });
    await story.fail(pull);
    await until(async () => {
      const lines = await story.timeline(pull);
      return lines.some(({ kind, message }) => kind === 'action' && message.startsWith('Reported'))
        ? true
        : null;
    }, 60_000);
    expect(fault.left).toBe(0);
    expect(await comments(pull)).toHaveLength(1);
  }, 90_000);
});
