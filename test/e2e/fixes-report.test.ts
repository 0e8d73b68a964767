import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PYTEST_LOG, Story } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

/** A log of flake8 with that many findings, whose words try to be mark-up. */
function lintLog(findings: number, words: string): string {
  const lines = [
    '##[group]Run flake8',
    'flake8',
    '##[endgroup]',
    ...Array.from({ length: findings }, (_none, n) => `src/f${n}.py:${n + 1}:1: F401 ${words}`),
    '##[error]Process completed with exit code 1.',
  ];
  return `${lines.map((line, n) => `2026-11-02T09:14:09.${String(n).padStart(7, '0')}Z ${line}`).join('\n')}\n`;
}

/** One check run a head: what failed, where, why, and what is done about it, in words that do no harm. */
describe('the report', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  it('says in plain words what failed, with the lines of the log, the test and its place', async () => {
    const pull = await story.openPull(await story.repository('tests', FIX_AT_ONCE));
    await story.fail(pull, { name: 'tests', log: PYTEST_LOG });
    const { title, summary, annotationsCount, conclusion } = await story.report(pull);
    expect(title).toContain('A test failed');
    expect(summary).toContain('test_reserve_refuses_more_than_there_is');
    expect(summary).toContain('E       Failed: DID NOT RAISE');
    expect(summary).toContain('tests/test_stock.py');
    expect(summary).toContain('**Nothing was changed**');
    expect(annotationsCount).toBeGreaterThan(0);
    // A failing report would make a red pull request redder.
    expect(conclusion).toBe('neutral');
  });

  it('puts at most 200 annotations at their places, 50 a request, and not again', async () => {
    const repository = await story.repository('lint', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await story.fail(pull, { name: 'lint', log: lintLog(300, "'os' imported but unused") });
    await until(async () => {
      const it = await story.report(pull);
      return it.annotationsCount === 200 ? it : null;
    });
    const writes = () =>
      story.writes().filter(({ path }) => path.startsWith(`/repos/${repository}/check-runs`)).length;
    await until(async () => (writes() === 4 ? true : null));
    await story.fail(pull, { name: 'tests', log: PYTEST_LOG });
    await until(async () => ((await story.report(pull)).title?.startsWith('2 failed') ? true : null));
    expect((await story.report(pull)).annotationsCount).toBeLessThanOrEqual(202);
    await until(async () => (writes() === 5 ? true : null));
  });

  it('shows mark-up of a log as text', async () => {
    const pull = await story.openPull(await story.repository('hostile', FIX_AT_ONCE));
    const words = '<img src=x onerror=alert(1)> @octocat fixes #1 [x](https://evil.test) ``` # big';
    await story.fail(pull, { name: 'lint', log: lintLog(3, words) });
    const { title, summary } = await story.report(pull);
    expect(title).toContain('F401');
    const prose = (summary ?? '').replace(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, '');
    expect(prose).toContain('\\<img');
    expect(prose).not.toMatch(/(?<!\\)<img|@octocat|(?<!\\)\[x\]\(|^# big/m);
  });

  it('of a head that nobody can make sense of is none', async () => {
    const pull = await story.openPull(await story.repository('odd', FIX_AT_ONCE));
    await story.fail(pull, {
      name: 'odd',
      log: '2026-11-02T09:14:09.0000000Z ##[error]Process completed with exit code 7.\n',
    });
    await story.ruled(pull, 'diagnosis.unknown');
    const runs = await story.scenario.listCheckRuns(pull.repository, pull.headSha);
    expect(runs.map(({ name }) => name)).toEqual(['odd']);
  });

  it('stays one, however many checks fail', async () => {
    const pull = await story.openPull(await story.repository('one', 'mode: report\n'));
    for (const name of ['a', 'b', 'c', 'd']) await story.fail(pull, { name, log: PYTEST_LOG });
    await until(async () => ((await story.report(pull)).title?.startsWith('4 failed checks') ? true : null));
    const runs = await story.scenario.listCheckRuns(pull.repository, pull.headSha);
    expect(runs.filter(({ app }) => app === story.github.app.slug)).toHaveLength(1);
  });
});
