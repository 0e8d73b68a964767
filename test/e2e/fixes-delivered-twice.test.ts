import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Story } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

/** GitHub may send an event twice, people redeliver, orders change: what comes of it is the same. */
describe('an event that is delivered twice', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  /** Numbers of the deliveries of an event about a repository. */
  const deliveries = (event: string, repository: string) =>
    story.github.hooks.log.filter(
      (it) =>
        it.event === event && (it.payload.repository as { full_name?: string }).full_name === repository,
    );

  it('has one effect: of a failed check one commit and one report', async () => {
    const repository = await story.repository('check', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    const [failed] = deliveries('check_run', repository).filter(
      ({ payload }) => (payload.check_run as { conclusion?: string }).conclusion === 'failure',
    );
    await Promise.all([
      ...[1, 2, 3].map(() => story.github.hooks.redeliver(failed?.id ?? 0)),
      // Under a new id, as if GitHub had sent another.
      story.github.hooks.send('check_run', failed?.payload ?? {}),
    ]);
    await story.applied(pull, 'apply_patch');
    await story.github.hooks.redeliver(failed?.id ?? 0);
    await until(async () => ((await story.report(pull)).conclusion === 'success' ? true : null));
    await story.stop();
    expect(await story.fixCommits(pull)).toHaveLength(1);
    const runs = await story.scenario.listCheckRuns(repository, pull.headSha);
    expect(runs.filter(({ app }) => app === story.github.app.slug)).toHaveLength(1);
    await story.start();
  }, 90_000);

  it('has one effect: a command is obeyed once', async () => {
    const repository = await story.repository('command', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await story.scenario.comment(repository, pull.number, '/checkmend pause', 'alice');
    const asked = () =>
      story.timeline(pull).then((lines) => lines.filter(({ kind }) => kind === 'action').length);
    await until(async () => ((await asked()) === 1 ? true : null));
    await story.scenario.comment(repository, pull.number, '/checkmend resume', 'alice');
    await until(async () => ((await asked()) === 2 ? true : null));
    const [pause] = deliveries('issue_comment', repository);
    await story.github.hooks.redeliver(pause?.id ?? 0);
    await story.github.hooks.send('issue_comment', pause?.payload ?? {});
    await story.fail(pull);
    await story.applied(pull, 'apply_patch');
  });
});
