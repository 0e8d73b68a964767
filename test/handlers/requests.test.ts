import { describe, expect, it } from 'vitest';
import { checkRunHandler } from '../../handlers/check-run.ts';
import { checkSuiteHandler } from '../../handlers/check-suite.ts';
import { checkRunEvent, checkSuiteEvent } from '../../src/events/payloads.ts';

const context = { appId: '7', now: Date.UTC(2026, 0, 2), correlationId: 'guid-1', priorityDelta: 0 };
const sha = 'a'.repeat(40);
const common = {
  repository: { id: 9, name: 'shop', owner: { login: 'acme' } },
  installation: { id: 1 },
  sender: { login: 'ann', type: 'User' },
};

function checkRun(changes: object = {}, event: object = {}) {
  return checkRunEvent.parse({
    ...common,
    action: 'requested_action',
    requested_action: { identifier: 'fix' },
    check_run: {
      id: 55,
      name: 'Checkmend',
      status: 'completed',
      conclusion: 'neutral',
      head_sha: sha,
      app: { id: 7, slug: 'checkmend' },
      pull_requests: [{ id: 33, number: 3 }],
      ...changes,
    },
    ...event,
  });
}

const decide = (changes?: object, event?: object) =>
  checkRunHandler.decide(checkRun(changes, event), context);

describe('a button', () => {
  it('asks for what it stands for, in the name of who pressed it, ahead of what nobody asked for', () => {
    const { messages, reason, about } = decide();
    expect(reason).toBe('person_asked');
    expect(messages[0]?.queue).toBe('fix_applicator');
    expect(messages[0]?.message.toWorkerMessage()).toMatchObject({
      id: 'request_9_55_ann_fix',
      type: 'answer_request',
      priority: 13,
      groupKey: '9:3',
      correlationId: 'guid-1',
      payload: {
        head_sha: sha,
        pr_number: 3,
        check_run_id: '55',
        comment_id: null,
        verb: 'fix',
        requested_by: 'ann',
      },
    });
    expect(about).toMatchObject({ prNumber: 3, sentence: 'ann pressed "Apply fix"' });
  });

  it.each(['rerun', 'ignore'])('%s is one of them', (identifier) => {
    const [sent] = decide({}, { requested_action: { identifier } }).messages;
    expect(sent?.message.payload).toMatchObject({ verb: identifier });
  });

  it('of a fork names no pull request: the worker finds it', () => {
    const [sent] = decide({ pull_requests: [] }).messages;
    expect(sent?.message.toWorkerMessage()).toMatchObject({
      groupKey: `9:${sha}`,
      payload: { pr_number: null },
    });
  });

  it.each([
    [{}, { requested_action: { identifier: 'pause' } }, 'button_unknown'],
    [{}, { requested_action: { identifier: 'constructor' } }, 'button_unknown'],
    [{}, { requested_action: null }, 'button_unknown'],
    [{ app: { id: 8, slug: 'other' } }, {}, 'not_own_check_run'],
    [{ app: null }, {}, 'not_own_check_run'],
    [{}, { sender: { login: 'robot[bot]', type: 'Bot' } }, 'no_person'],
    [{}, { sender: undefined }, 'no_person'],
    [{}, { installation: undefined }, 'no_installation'],
  ])('%j %j leads to nothing', (changes, event, reason) => {
    expect(decide(changes, event)).toEqual({ messages: [], reason });
  });
});

describe('"Re-run" of GitHub', () => {
  it('on our report asks for everything to be looked at again', () => {
    const { messages, about } = decide({}, { action: 'rerequested', requested_action: null });
    expect(messages[0]?.message.payload).toMatchObject({ verb: 'evaluate', head_sha: sha, pr_number: 3 });
    expect(about?.sentence).toBe('ann asked for the report to be made again');
  });

  it('on another check is none of our business', () => {
    const event = { action: 'rerequested' };
    expect(decide({ app: { id: 8, slug: 'other' } }, event).reason).toBe('not_own_check_run');
  });

  it('of all checks asks for the same', () => {
    const suite = (app: object) =>
      checkSuiteHandler.decide(
        checkSuiteEvent.parse({
          ...common,
          action: 'rerequested',
          check_suite: { id: 4, head_sha: sha, conclusion: null, app, pull_requests: [] },
        }),
        context,
      );
    expect(suite({ id: 7, slug: 'checkmend' }).messages[0]?.message.payload).toMatchObject({
      verb: 'evaluate',
      head_sha: sha,
      pr_number: null,
      check_run_id: null,
    });
    expect(suite({ id: 8, slug: 'other' })).toEqual({ messages: [], reason: 'action_ignored' });
  });
});
