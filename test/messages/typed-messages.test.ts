import { describe, expect, it } from 'vitest';
import {
  BUTTON_LABELS,
  CheckAnalysisMessage,
  FixApplicationMessage,
  PersonRequestMessage,
  PRMonitorMessage,
  QUEUES,
  REQUEST_VERBS,
} from '../../src/messages/index.ts';
import { INLINE_TEXT_MAX_BYTES } from '../../src/messages/payloads.ts';
import { buttonVerb } from '../../src/messages/request-verbs.ts';

const target = {
  installation_id: '1',
  repository_id: '9',
  owner: 'acme',
  repo: 'shop',
  head_sha: 'a'.repeat(40),
};
const fix = {
  ...target,
  pull_request_id: '33',
  pr_number: 3,
  check_run_id: '55',
  fix_strategy: 'apply_patch' as const,
  fix_content: 'diff',
  confidence_score: 0.9,
};
const timestamp = Date.UTC(2026, 0, 1, 0, 0, 7, 400);

describe('typed messages', () => {
  it('have ids made of facts', () => {
    const ids = [
      new PRMonitorMessage({ ...target, pr_number: 3, force_refresh: false }, { timestamp }).id,
      new PRMonitorMessage({ ...target, head_sha: null, force_refresh: false }, { timestamp }).id,
      new CheckAnalysisMessage(
        { ...target, check_run_id: '55', pull_request_id: null, pr_number: null, failure_logs: '' },
        { timestamp },
      ).id,
    ];
    const seconds = Math.floor(timestamp / 1000);
    expect(ids).toEqual([`pr_monitor_9_3_${seconds}`, `pr_monitor_9_${seconds}`, 'check_analysis_55']);
  });

  it('of a fix differ by strategy, content and head, and by nothing else', () => {
    const id = (changes: object, at = timestamp) =>
      new FixApplicationMessage({ ...fix, ...changes }, { timestamp: at }).id;
    expect(id({})).toMatch(/^fix_application_33_[0-9a-f]{32}$/);
    expect(id({ confidence_score: 0.1, check_run_id: '56' }, 1)).toBe(id({}));
    const others = [
      id({ requested_by: 'ada' }),
      id({ requested_by: 'bob' }),
      id({ fix_strategy: 'report' }),
      id({ fix_content: 'other' }),
      id({ head_sha: 'b'.repeat(40) }),
    ];
    expect(new Set([id({}), ...others]).size).toBe(6);
    // Known ids: a message that was sent by an earlier build is still the same message.
    expect(id({})).toBe('fix_application_33_e872c38c4c5505529111b053336bb356');
    expect(id({ requested_by: 'ada' })).toBe('fix_application_33_be2abd9cd4f247f8fbb8ffe87016e387');
  });

  it('carry type, priority, group and a life of 24 hours', () => {
    const facts = { timestamp, sentAt: timestamp + 5, correlationId: 'guid' };
    expect(new FixApplicationMessage(fix, facts).toWorkerMessage()).toMatchObject({
      type: 'apply_fix',
      priority: 3,
      groupKey: '9:3',
      timestamp,
      expiresAt: timestamp + 5 + 86_400_000,
      correlationId: 'guid',
      retryCount: 0,
      maxRetries: 3,
    });
    const monitor = new PRMonitorMessage({ ...target, head_sha: null, force_refresh: true }, { timestamp });
    expect(monitor.toWorkerMessage()).toMatchObject({
      type: 'monitor_repository',
      priority: 1,
      groupKey: '9',
    });
    expect(monitor.toWorkerMessage()).not.toHaveProperty('correlationId');
    const pull = new PRMonitorMessage({ ...target, pr_number: 3, force_refresh: false }, { timestamp });
    expect(pull.toWorkerMessage()).toMatchObject({ type: 'check_pull_request', groupKey: '9:3' });
    const analysis = {
      ...target,
      check_run_id: '55',
      pull_request_id: null,
      pr_number: null,
      failure_logs: '',
    };
    expect(new CheckAnalysisMessage(analysis, { timestamp }).toWorkerMessage()).toMatchObject({
      type: 'analyze_check_failure',
      priority: 2,
      groupKey: `9:${target.head_sha}`,
      schemaVersion: 1,
      payload: analysis,
    });
  });

  it('go to queues and have limits that people configure against', () => {
    expect(QUEUES).toEqual({
      prMonitor: 'pr_monitor',
      checkAnalyzer: 'check_analyzer',
      fixApplicator: 'fix_applicator',
    });
    expect(INLINE_TEXT_MAX_BYTES).toBe(65_536);
  });

  it('keep the priority in its range', () => {
    const priority = (priorityDelta: number) =>
      new PRMonitorMessage(
        { ...target, pr_number: 3, force_refresh: false },
        { timestamp, priorityDelta },
      ).toWorkerMessage().priority;
    expect([priority(10), priority(-1), priority(-5), priority(5000)]).toEqual([11, 0, 0, 1023]);
  });

  it('of a person are one for each button or comment, and come before what nobody asked for', () => {
    const request = {
      ...target,
      pr_number: 3,
      check_run_id: '55',
      comment_id: null,
      verb: 'fix' as const,
      requested_by: 'ada',
    };
    const made = (changes: object = {}) =>
      new PersonRequestMessage({ ...request, ...changes }, { timestamp });
    expect(made().toWorkerMessage()).toMatchObject({
      id: 'request_9_55_ada_fix',
      type: 'answer_request',
      priority: 13,
      groupKey: '9:3',
    });
    expect(made({ comment_id: '88' }).id).toBe('request_9_88_fix');
    expect(made({ verb: 'rerun' }).id).toBe('request_9_55_ada_rerun');
    expect(made({ check_run_id: null }).id).toBe(`request_9_${target.head_sha}_ada_fix`);
    expect(made({ pr_number: null }).groupKey).toBe(`9:${target.head_sha}`);
  });

  it('know the verbs of buttons from all others', () => {
    expect(Object.keys(BUTTON_LABELS).map(buttonVerb)).toEqual(['fix', 'rerun', 'ignore']);
    expect(Object.values(BUTTON_LABELS)).toEqual(['Apply fix', 'Re-run', 'Ignore']);
    for (const other of ['why', 'toString', '']) expect(buttonVerb(other)).toBeNull();
    expect(REQUEST_VERBS).toEqual(
      expect.arrayContaining([
        'fix',
        'rerun',
        'explain',
        'pause',
        'resume',
        'why',
        'ignore',
        'evaluate',
        'help',
      ]),
    );
  });
});
