import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Story } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

/** What people say by labels, drafts and logins is heard, also after the verdict; so are those who run the service. */
describe('a pull request', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  it('with the label of those that are left alone is left alone', async () => {
    const repository = await story.repository('label', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await story.scenario.label(repository, pull.number, 'no-checkmend');
    await until(async () => {
      const store = await story.store();
      const known = await store.pullRequests.findByName('acme', 'label', pull.number);
      return known?.labels.includes('no-checkmend') ? true : null;
    });
    await story.fail(pull);
    await story.ruled(pull, 'skip.label');
    expect(await story.fixCommits(pull)).toEqual([]);
  });

  it('that gets the label in the quiet period gets no commit', async () => {
    const repository = await story.repository('late', FIX_AT_ONCE.replace('0s', '4s'));
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.ruled(pull, 'wait.quiet_period');
    await story.scenario.label(repository, pull.number, 'no-checkmend');
    await story.ruled(pull, 'skip.label');
    expect(await story.fixCommits(pull)).toEqual([]);
  });

  it('of an author whom the policy leaves alone is left alone', async () => {
    const repository = await story.repository('author', `${FIX_AT_ONCE}skip:\n  authors: ['ali*']\n`);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.ruled(pull, 'skip.author');
    const runs = await story.scenario.listCheckRuns(repository, pull.headSha);
    expect(runs.filter(({ app }) => app === story.github.app.slug)).toEqual([]);
  });

  it('whose failure is not sure enough gets the patch shown, and a person may take it', async () => {
    const repository = await story.repository('unsure', `${FIX_AT_ONCE}min_confidence: 1\n`);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.ruled(pull, 'confidence.low');
    const report = await story.report(pull);
    expect(report.text).toContain('git apply');
    expect(await story.fixCommits(pull)).toEqual([]);
    await story.scenario.pressButton(repository, report.id, 'fix', 'alice');
    await story.applied(pull, 'apply_patch');
  });

  it('of a fork has buttons too: who may write here commits into the fork', async () => {
    const repository = await story.repository('fork', FIX_AT_ONCE.replace('mode: fix', 'mode: suggest'));
    const pull = await story.openPull(repository, { fork: 'carol' });
    await story.fail(pull);
    const report = await until(async () => {
      const it = await story.report(pull);
      return it.actions.some(({ identifier }) => identifier === 'fix') ? it : null;
    });
    await story.scenario.pressButton(repository, report.id, 'fix', 'carol');
    await story.ruled(pull, 'person.no_write_access');
    await story.scenario.pressButton(repository, report.id, 'fix', 'alice');
    const { result } = await story.applied(pull, 'apply_patch');
    expect(await story.scenario.branchHead('carol/fork', 'topic')).toBe(result);
  });

  it('that is closed when its button is pressed gets a kind no', async () => {
    const repository = await story.repository('closed', FIX_AT_ONCE.replace('mode: fix', 'mode: suggest'));
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    const { id } = await story.report(pull);
    await story.scenario.close(repository, pull.number);
    await story.scenario.pressButton(repository, id, 'fix', 'alice');
    await story.ruled(pull, 'pull_request.closed');
    expect(await story.fixCommits(pull)).toEqual([]);
  });
});
