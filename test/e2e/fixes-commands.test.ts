import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pull, PYTEST_LOG, Story, UGLY } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

const SUGGEST_AT_ONCE = FIX_AT_ONCE.replace('mode: fix', 'mode: suggest');

/** Who may push may also say it in a comment; that it was heard is told by a reaction. */
describe('a command in a comment', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  const say = (pull: Pull, body: string, who = 'alice') =>
    story.scenario.comment(pull.repository, pull.number, body, who);

  /** Waits for the reaction to a comment. */
  async function reaction(pull: Pull, commentId: number): Promise<string> {
    return await until(async () => {
      const [one] = story.scenario.reactionsTo(pull.repository, commentId);
      return one ?? null;
    }, 60_000);
  }

  /** Our comment, once it says that. */
  async function told(pull: Pull, words: string): Promise<string> {
    return await until(async () => {
      const comments = await story.scenario.listComments(pull.repository, pull.number);
      const own = comments.filter(({ author }) => author === 'checkmend[bot]');
      expect(own.length).toBeLessThanOrEqual(1);
      return own[0]?.body.includes(words) ? own[0].body : null;
    }, 60_000);
  }

  it('"fix" commits the patch that was only suggested', async () => {
    const pull = await story.openPull(await story.repository('fix', SUGGEST_AT_ONCE));
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    const id = await say(pull, 'Nice. Let us take it.\n\n/checkmend fix');
    const { result } = await story.applied(pull, 'apply_patch');
    expect(await reaction(pull, id)).toBe('checkmend[bot] +1');
    expect((await story.fixCommits(pull)).map(({ sha }) => sha)).toEqual([result]);
  });

  it('"rerun" runs the failed jobs again', async () => {
    const pull = await story.openPull(await story.repository('rerun', null));
    const { runId } = await story.fail(pull, { name: 'tests', log: PYTEST_LOG });
    await story.ruled(pull, 'diagnosis.no_fix');
    await say(pull, '/checkmend rerun');
    await story.applied(pull, 'rerun_failed_jobs');
    expect(story.scenario.workflowRun(runId).attempt).toBe(2);
  });

  it('"explain" says in one comment why the checks failed', async () => {
    const pull = await story.openPull(await story.repository('explain', null));
    await story.fail(pull, { name: 'tests', log: PYTEST_LOG });
    await story.ruled(pull, 'diagnosis.no_fix');
    expect(await story.scenario.listComments(pull.repository, pull.number)).toEqual([]);
    const id = await say(pull, '/checkmend explain');
    const body = await told(pull, '### `tests`');
    expect(body).toContain('From the log');
    expect(body).toContain('rule `diagnosis.no_fix`');
    expect(await reaction(pull, id)).toBe('checkmend[bot] +1');
  });

  it('"pause" stops all work on the pull request, and "resume" takes it up', async () => {
    const repository = await story.repository('pause', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    const files = { 'prices.py': UGLY, 'other.py': 'x = 1\n' };
    const other = await story.openPull(repository, { branch: 'other', files });
    expect(await reaction(pull, await say(pull, '/checkmend pause'))).toBe('checkmend[bot] +1');
    await story.fail(pull);
    await story.ruled(pull, 'paused');
    await story.fail(other);
    await story.applied(other, 'apply_patch');
    expect(await story.fixCommits(pull)).toEqual([]);
    await say(pull, '/checkmend resume');
    await story.applied(pull, 'apply_patch');
  });

  it('"why" shows every event, verdict, rule and action, and who asked for what', async () => {
    const pull = await story.openPull(await story.repository('why', SUGGEST_AT_ONCE));
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    const { id } = await until(async () => {
      const report = await story.report(pull);
      return report.actions.length > 0 ? report : null;
    });
    await story.scenario.pressButton(pull.repository, id, 'ignore', 'bob');
    await story.ruled(pull, 'person.no_write_access');
    await say(pull, '/checkmend why');
    const body = await told(pull, 'The timeline');
    const wanted = [
      'check "format" ended with failure',
      'would reformat prices.py',
      '[mode.suggest]',
      'Suggested',
      'bob pressed "Ignore"',
      'only people with write access to this repository can ask for that  [person.no_write_access]',
      'alice commented "/checkmend why"',
    ];
    for (const words of wanted) expect(body).toContain(words);
  });

  it('that comes in a quoted reply, in code or in a sentence does nothing', async () => {
    const pull = await story.openPull(await story.repository('quoted', SUGGEST_AT_ONCE));
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    const quoted = await say(pull, '> /checkmend fix\n\nI would rather not.');
    const code = await say(pull, 'Try this:\n```\n/checkmend fix\n```');
    const sentence = await say(pull, 'You can write /checkmend fix here.');
    const heard = await say(pull, '/checkmend explain');
    await reaction(pull, heard);
    expect([quoted, code, sentence].flatMap((id) => story.scenario.reactionsTo(pull.repository, id))).toEqual(
      [],
    );
    expect(await story.fixCommits(pull)).toEqual([]);
  });

  it('of somebody who may not write is refused by a reaction, and nothing more', async () => {
    const pull = await story.openPull(await story.repository('stranger', SUGGEST_AT_ONCE));
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    const id = await say(pull, '/checkmend fix', 'bob');
    expect(await reaction(pull, id)).toBe('checkmend[bot] confused');
    await story.ruled(pull, 'person.no_write_access');
    expect(await story.fixCommits(pull)).toEqual([]);
    expect(await story.scenario.listComments(pull.repository, pull.number)).toHaveLength(1);
  });

  it('that is none is answered with those that are', async () => {
    const pull = await story.openPull(await story.repository('unknown', SUGGEST_AT_ONCE));
    const id = await say(pull, '/checkmend fixx');
    expect(await reaction(pull, id)).toBe('checkmend[bot] confused');
    expect(await told(pull, 'That is no command')).toContain('`/checkmend rerun`');
  });

  it('is not heard where the policy says so, nor on an issue', async () => {
    const repository = await story.repository('deaf', `${SUGGEST_AT_ONCE}commands: false\n`);
    const pull = await story.openPull(repository);
    const id = await say(pull, '/checkmend pause');
    await story.ruled(pull, 'commands.off');
    expect(story.scenario.reactionsTo(repository, id)).toEqual([]);
    const issue = await story.scenario.request(repository, `POST /repos/${repository}/issues`, {
      title: 'x',
    });
    const before = story.writes().length;
    await story.scenario.comment(repository, Number(issue.number), '/checkmend fix', 'alice');
    await story.github.hooks.waitFor(
      ({ event, payload }) => event === 'issue_comment' && JSON.stringify(payload).includes('/checkmend fix'),
    );
    expect(story.writes().length).toBe(before);
  });

  it('is obeyed without a sign where the server knows no reactions', async () => {
    const pull = await story.openPull(await story.repository('silent', FIX_AT_ONCE));
    story.github.switchOff('reactions');
    try {
      await say(pull, '/checkmend pause');
      await until(async () => {
        const lines = (await story.timeline(pull)).map(({ message }) => message);
        return lines.some((line) => line.startsWith('alice: /checkmend pause: paused')) ? true : null;
      });
    } finally {
      story.github.switchOn('reactions');
    }
    await story.fail(pull);
    await story.ruled(pull, 'paused');
  });

  it('is obeyed once when the process is killed after its reaction', async () => {
    const pull = await story.openPull(await story.repository('killed', SUGGEST_AT_ONCE));
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    const dead = Promise.withResolvers<void>();
    const route = `POST /repos/${pull.repository}/issues/comments/*/reactions`;
    const held = story.github.faults.add({ route, times: 1, afterEffect: true, until: dead.promise });
    const id = await say(pull, '/checkmend fix');
    await until(async () => (held.left === 0 ? true : null), 60_000);
    await reaction(pull, id);
    await story.kill();
    dead.resolve();
    await story.start();
    // The lease of who was killed has to lapse first.
    await until(async () => (story.github.requests.count(route) >= 2 ? true : null), 100_000);
    await story.applied(pull, 'apply_patch');
    await story.stop();
    expect(story.scenario.reactionsTo(pull.repository, id)).toEqual(['checkmend[bot] +1']);
    expect(await story.fixCommits(pull)).toHaveLength(1);
    const answered = (await story.timeline(pull)).filter(({ message }) =>
      message.startsWith('alice: /checkmend fix'),
    );
    expect(answered).toHaveLength(1);
    await story.start();
  }, 180_000);
});
