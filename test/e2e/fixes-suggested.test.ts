import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRETTY, Story, UGLY } from './story.ts';
import { until } from './support.ts';

/** Without a policy nothing is committed unasked: the patch is put where its author can take it with one click. */
describe('a pull request whose formatter fails, in a repository without a policy', () => {
  let story: Story;
  const POLICY = 'quiet_period: 0s\nwait_for_suite: false\n';

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  it('gets one review with suggestions, and no commit', async () => {
    const repository = await story.repository('shop', POLICY);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    const reviews = await story.scenario.listReviews(repository, pull.number);
    expect(reviews).toHaveLength(1);
    expect(reviews[0]?.author).toBe('checkmend[bot]');
    expect(reviews[0]?.comments.map(({ start_line, line }) => [start_line, line])).toEqual([
      [6, 10],
      [undefined, 13],
    ]);
    expect(await story.fixCommits(pull)).toEqual([]);
  });

  it('is whole again when its author takes them', async () => {
    const repository = await story.repository('taken', POLICY);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    const [review] = await story.scenario.listReviews(repository, pull.number);
    const lines = UGLY.split('\n');
    for (const { start_line, line, body } of [...(review?.comments ?? [])].reverse()) {
      const from = Number(start_line ?? line);
      const added = String(body).split('\n').slice(1, -1);
      lines.splice(from - 1, Number(line) - from + 1, ...added);
    }
    expect(lines.join('\n')).toBe(PRETTY);
  });

  it('gets no second review when the check fails again, on this head or the next', async () => {
    const repository = await story.repository('again', POLICY);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    await story.fail(pull);
    const headSha = await story.scenario.push(repository, pull.branch, { 'README.md': '# More\n' });
    await story.fail(pull, { headSha });
    await story.ruled(pull, 'suggest.repeat');
    expect(await story.scenario.listReviews(repository, pull.number)).toHaveLength(1);
  });

  it('gets the report alone where the failing lines are not in its diff', async () => {
    const repository = await story.repository('elsewhere', POLICY, { 'prices.py': UGLY });
    const pull = await story.openPull(repository, { files: { 'other.py': 'x = 1\n' } });
    await story.fail(pull);
    await story.ruled(pull, 'suggest.outside_diff');
    const shown = await until(async () => {
      const { text } = await story.report(pull);
      return text?.includes('git apply') ? text : null;
    });
    expect(shown).toContain('+def total(items: list');
    expect(await story.scenario.listReviews(repository, pull.number)).toEqual([]);
  });
});
