import { describe, expect, it } from 'vitest';
import { checkRunHandler } from '../../handlers/check-run.ts';
import { checkSuiteHandler } from '../../handlers/check-suite.ts';
import { pullRequestHandler } from '../../handlers/pull-request.ts';
import { workflowRunHandler } from '../../handlers/workflow-run.ts';
import {
  checkRunEvent,
  checkSuiteEvent,
  pullRequestEvent,
  workflowRunEvent,
} from '../../src/events/payloads.ts';

const context = { appId: '7', now: Date.UTC(2026, 0, 2), correlationId: 'guid-1', priorityDelta: 0 };
const common = {
  repository: { id: 9, name: 'shop', owner: { login: 'acme' } },
  installation: { id: 1 },
};
const sha = 'a'.repeat(40);

function checkRun(changes: object = {}, action = 'completed') {
  return checkRunEvent.parse({
    ...common,
    action,
    check_run: {
      id: 55,
      name: 'test',
      status: 'completed',
      conclusion: 'failure',
      head_sha: sha,
      completed_at: '2026-01-01T00:00:00Z',
      output: { title: null, summary: null, text: 'it broke' },
      app: { id: 15368, slug: 'github-actions' },
      pull_requests: [{ id: 33, number: 3 }],
      ...changes,
    },
  });
}

const decideCheck = (changes: object = {}, action?: string) =>
  checkRunHandler.decide(checkRun(changes, action), context);

describe('a check run', () => {
  it('that failed is analysed, with what the worker needs to act', () => {
    const [sent] = decideCheck().messages;
    expect(sent?.queue).toBe('check_analyzer');
    expect(sent?.message.toWorkerMessage()).toEqual({
      id: 'check_analysis_55',
      type: 'analyze_check_failure',
      priority: 2,
      retryCount: 0,
      maxRetries: 3,
      timestamp: Date.UTC(2026, 0, 1),
      schemaVersion: 1,
      correlationId: 'guid-1',
      groupKey: `9:${sha}`,
      expiresAt: context.now + 86_400_000,
      payload: {
        installation_id: '1',
        repository_id: '9',
        owner: 'acme',
        repo: 'shop',
        head_sha: sha,
        check_run_id: '55',
        pull_request_id: '33',
        pr_number: 3,
        failure_logs: 'it broke',
      },
    });
  });

  it('is judged by status and conclusion, not by the action', () => {
    expect(decideCheck({}, 'created').messages).toHaveLength(1);
    expect(decideCheck({ status: 'in_progress', conclusion: null }, 'created').reason).toBe('not_completed');
  });

  it.each(['failure', 'timed_out', 'startup_failure'])('%s is a failure', (conclusion) => {
    expect(decideCheck({ conclusion }).messages).toHaveLength(1);
  });

  it.each([
    ['success', 'conclusion_success'],
    ['neutral', 'conclusion_neutral'],
    ['skipped', 'conclusion_skipped'],
    ['cancelled', 'conclusion_cancelled'],
    ['stale', 'conclusion_stale'],
    ['action_required', 'conclusion_action_required'],
    ['brand_new', 'conclusion_other'],
  ])('%s is none', (conclusion, reason) => {
    expect(decideCheck({ conclusion })).toEqual({ messages: [], reason });
  });

  it('of a fork names no pull request: the worker finds it', () => {
    const [sent] = decideCheck({ pull_requests: [] }).messages;
    expect(sent?.message.payload).toMatchObject({ pull_request_id: null, pr_number: null });
  });

  it('names only pull requests into its own repository, and leaves several to the worker', () => {
    const into = (id: number, number: number) => ({ id: number, number, base: { repo: { id } } });
    const payloadOf = (pull_requests: object[]) =>
      decideCheck({ pull_requests }).messages[0]?.message.payload;
    const own = common.repository.id;
    expect(payloadOf([into(999, 70), into(own, 2)])).toMatchObject({ pr_number: 2 });
    expect(payloadOf([into(999, 70)])).toMatchObject({ pr_number: null });
    expect(payloadOf([into(own, 2), into(own, 3)])).toMatchObject({ pr_number: null });
  });

  it('of this App is never reacted to', () => {
    expect(decideCheck({ app: { id: 7, slug: 'checkmend' } })).toEqual({
      messages: [],
      reason: 'own_check_run',
    });
  });

  it('without an App, or without output, is fine', () => {
    const [sent] = decideCheck({ app: null, output: null }).messages;
    expect(sent?.message.payload).toMatchObject({ failure_logs: '' });
  });

  it('takes no output along that is over 64 KiB', () => {
    const text = 'é'.repeat(32_769);
    const [sent] = decideCheck({ output: { title: null, summary: null, text } }).messages;
    expect(sent?.message.payload).toMatchObject({ failure_logs: '' });
  });

  it('that comes late is worked on after live ones', () => {
    const [sent] = checkRunHandler.decide(checkRun(), { ...context, priorityDelta: -1 }).messages;
    expect(sent?.message.toWorkerMessage().priority).toBe(1);
  });
});

describe('a pull request', () => {
  const decide = (action: string, installation: object | undefined = common.installation) =>
    pullRequestHandler.decide(
      pullRequestEvent.parse({
        ...common,
        installation,
        action,
        pull_request: { id: 33, number: 3, updated_at: '2026-01-01T00:00:07Z', head: { sha } },
      }),
      context,
    );

  it.each([
    'opened',
    'reopened',
    'synchronize',
    'edited',
    'closed',
    'labeled',
    'unlabeled',
    'ready_for_review',
    'converted_to_draft',
  ])('%s is looked at', (action) => {
    const [sent] = decide(action).messages;
    expect(sent?.message.toWorkerMessage()).toMatchObject({
      id: `pr_monitor_9_3_${Date.UTC(2026, 0, 1, 0, 0, 7) / 1000}`,
      type: 'check_pull_request',
      priority: 1,
      groupKey: '9:3',
    });
  });

  it('of another action, or without an installation, is not', () => {
    expect(decide('assigned')).toEqual({ messages: [], reason: 'action_ignored' });
    expect(
      pullRequestHandler.decide(
        {
          ...pullRequestEvent.parse({
            ...common,
            action: 'opened',
            pull_request: { id: 1, number: 1, updated_at: '2026-01-01T00:00:07Z', head: { sha } },
          }),
          installation: undefined,
        },
        context,
      ),
    ).toEqual({ messages: [], reason: 'no_installation' });
  });
});

describe('a check suite', () => {
  const decide = (changes: object) =>
    checkSuiteHandler.decide(
      checkSuiteEvent.parse({
        ...common,
        action: 'completed',
        check_suite: {
          id: 4,
          head_sha: sha,
          conclusion: 'failure',
          pull_requests: [{ id: 33, number: 3 }],
          ...changes,
        },
      }),
      context,
    );

  it('that failed has its pull requests looked at', () => {
    expect(decide({}).messages.map(({ message }) => message.type)).toEqual(['check_pull_request']);
  });

  it.each([
    [{ conclusion: 'success' }, 'conclusion_success'],
    [{ app: { id: 7, slug: 'checkmend' } }, 'own_check_suite'],
    [{ pull_requests: [] }, 'no_pull_request'],
  ])('%j leads to nothing', (changes, reason) => {
    expect(decide(changes)).toEqual({ messages: [], reason });
  });
});

describe('a workflow run', () => {
  const decide = (changes: object, action = 'completed') =>
    workflowRunHandler.decide(
      workflowRunEvent.parse({
        ...common,
        action,
        workflow_run: {
          id: 88,
          head_sha: sha,
          conclusion: 'failure',
          updated_at: '2026-01-01T00:00:07Z',
          pull_requests: [{ id: 33, number: 3 }],
          ...changes,
        },
      }),
      context,
    );

  it.each(['failure', 'timed_out', 'startup_failure'])('that ended with %s is looked after', (conclusion) => {
    const { messages, reason } = decide({ conclusion });
    expect(reason).toBe('run_failed');
    expect(messages.map(({ message }) => message.toWorkerMessage().id)).toEqual([
      `pr_monitor_9_3_${Date.UTC(2026, 0, 1, 0, 0, 7) / 1000}`,
    ]);
  });

  it.each([
    [{ conclusion: 'success' }, 'conclusion_success'],
    // The first run of a stranger's fork: a person has to let it run.
    [{ conclusion: 'action_required', pull_requests: [] }, 'conclusion_action_required'],
    [{ conclusion: 'brand_new' }, 'conclusion_other'],
    [{ conclusion: null }, 'conclusion_none'],
    [{ pull_requests: [] }, 'no_pull_request'],
    [{ pull_requests: [{ id: 1, number: 70, base: { repo: { id: 999 } } }] }, 'no_pull_request'],
  ])('%j leads to nothing', (changes, reason) => {
    expect(decide(changes)).toEqual({ messages: [], reason });
  });

  it.each(['requested', 'in_progress'])('that is %s leads to nothing yet', (action) => {
    expect(decide({}, action)).toEqual({ messages: [], reason: 'action_ignored' });
  });
});
