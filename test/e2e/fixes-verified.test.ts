import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/service/command.ts';
import { FORMAT_LOG, type Pull, Story, UGLY } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

/** A fix is not done when it is pushed: its check has the last word. */
describe('a fix', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  /** The formatter complains of another file. */
  const logOf = (file: string) => FORMAT_LOG.replaceAll('prices.py', file);

  const at = (pull: Pull, headSha: string | null): Pull => ({ ...pull, headSha: headSha ?? '' });

  const summaryOf = (pull: Pull, words: string) =>
    until(async () => {
      const { summary } = await story.report(pull);
      return summary?.includes(words) ? summary : null;
    }, 60_000);

  it('whose check then passes is told to have mended it, and counts as that', async () => {
    const repository = await story.repository('mended', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    const { result } = await story.applied(pull, 'apply_patch');
    await story.pass(at(pull, result));
    await story.ruled(pull, 'verify.mended');
    expect(await summaryOf(pull, 'The check passes now')).toContain('Committed');
    const { stdout } = await run(['scoreboard', '--json'], { env: { DATA_DIR: story.folder } });
    expect(JSON.parse(stdout)).toMatchObject({ category: 'format', tried: 1, mended: 1, madeWorse: 0 });
  });

  it('whose check fails as before is not made a second time, also when somebody pushes on top', async () => {
    const repository = await story.repository('same', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    const { result } = await story.applied(pull, 'apply_patch');
    await story.fail(at(pull, result));
    await story.ruled(pull, 'verify.same_failure');
    const headSha = await story.scenario.push(repository, 'topic', { 'prices.py': UGLY });
    await story.fail(at(pull, headSha));
    const verdict = await until(async () => {
      const entries = await story.timeline(pull);
      return entries.find((it) => it.kind === 'verdict' && it.headSha === headSha) ?? null;
    }, 60_000);
    expect(verdict.rule).toBe('verify.same_failure');
    expect(await story.scenario.branchHead(repository, 'topic')).toBe(headSha);
  });

  it('that is the second in a row to mend nothing is the last, and the report offers to take both back', async () => {
    const repository = await story.repository('stop', FIX_AT_ONCE);
    const pull = await story.openPull(repository, { files: { 'prices.py': UGLY, 'costs.py': UGLY } });
    await story.fail(pull);
    const first = await story.applied(pull, 'apply_patch');
    await story.fail(at(pull, first.result));
    await story.ruled(pull, 'verify.same_failure');

    await story.fail(at(pull, first.result), { name: 'costs', log: logOf('costs.py') });
    const second = await until(async () => {
      const rows = await story.attempts(pull);
      return rows.find((row) => row.status === 'applied' && row.result !== first.result) ?? null;
    }, 60_000);
    await story.fail(at(pull, second.result), { name: 'costs', log: logOf('costs.py') });

    await story.ruled(pull, 'verify.two_in_a_row');
    const told = await summaryOf(at(pull, second.result), 'Stopped');
    expect(told).toContain(`git revert --no-edit ${second.result}\ngit revert --no-edit ${first.result}`);
    expect(await story.fixCommits(pull)).toHaveLength(2);
  });
});
