import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  checkAnalysisPayload,
  FIX_STRATEGIES,
  fixApplicationPayload,
  personRequestPayload,
  prMonitorPayload,
  REQUEST_VERBS,
} from '../../src/messages/index.ts';

const target = {
  installation_id: '1',
  repository_id: '9',
  owner: 'acme',
  repo: 'shop',
  head_sha: 'ab'.repeat(20),
};
const monitor = { ...target, pr_number: 3, force_refresh: false };
const analysis = { ...target, check_run_id: '55', pull_request_id: '33', pr_number: 3, failure_logs: '' };
const fix = {
  ...target,
  pull_request_id: '33',
  pr_number: 3,
  check_run_id: '55',
  fix_strategy: 'apply_patch',
  fix_content: '',
  confidence_score: 0.9,
  requested_by: 'ada',
};

const request = {
  ...target,
  pr_number: 3,
  check_run_id: '55',
  comment_id: '88',
  verb: 'fix',
  requested_by: 'ada',
};

function problems(schema: z.ZodType, payload: object): string[] {
  const { error } = schema.safeParse(payload);
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}

describe.each([
  ['monitoring', prMonitorPayload, monitor, ['pr_number']],
  ['an analysis', checkAnalysisPayload, analysis, []],
  ['a fix', fixApplicationPayload, fix, ['requested_by']],
  ['a request', personRequestPayload, request, []],
] as const)('the payload of %s', (_, schema, payload, optional) => {
  it('is read as it is, without what is unknown', () => {
    expect(schema.parse({ ...payload, surplus: 1 })).toEqual(payload);
  });

  it.each(Object.keys(payload))('has its %s, or may be without', (field) => {
    const { [field]: __, ...rest } = payload as Record<string, unknown>;
    const missing = problems(schema, rest).map((problem) => problem.split(':')[0]);
    expect(missing).toEqual((optional as readonly string[]).includes(field) ? [] : [field]);
  });

  it.each([
    ['installation_id', '', 'must be a decimal id'],
    ['repository_id', '12x', 'must be a decimal id'],
    ['repository_id', 'x12', 'must be a decimal id'],
    ['repository_id', '1'.repeat(21), 'must be a decimal id'],
    ['head_sha', 'ab', 'must be a full commit sha'],
    ['head_sha', 'g'.repeat(40), 'must be a full commit sha'],
    ['head_sha', `${'a'.repeat(40)}b`, 'must be a full commit sha'],
    ['head_sha', `b${'a'.repeat(64)}`, 'must be a full commit sha'],
  ])('refuses %s = %j', (field, value, message) => {
    expect(problems(schema, { ...payload, [field]: value })).toEqual([`${field}: ${message}`]);
  });

  it.each([
    ['owner', ''],
    ['repo', 'x'.repeat(256)],
    ['pr_number', 0],
    ['pr_number', 1.5],
  ])('refuses %s = %j', (field, value) => {
    expect(problems(schema, { ...payload, [field]: value })).toHaveLength(1);
  });

  it.each([
    ['repository_id', '1'.repeat(20)],
    ['head_sha', 'c'.repeat(64)],
    ['owner', 'x'.repeat(255)],
    ['pr_number', 1],
  ])('takes %s = %j', (field, value) => {
    expect(schema.parse({ ...payload, [field]: value })).toHaveProperty(field, value);
  });
});

describe('payloads', () => {
  it('are null where GitHub names nothing: the head of a whole repository, the pull request of a fork', () => {
    expect(problems(prMonitorPayload, { ...monitor, head_sha: null })).toEqual([]);
    const fork = { ...analysis, pull_request_id: null, pr_number: null };
    expect(checkAnalysisPayload.parse(fork)).toEqual(fork);
    expect(problems(checkAnalysisPayload, { ...analysis, head_sha: null })).toHaveLength(1);
    expect(problems(fixApplicationPayload, { ...fix, pull_request_id: null })).toHaveLength(1);
  });

  it('of a request know every verb, and may be about whatever the head is then', () => {
    for (const verb of REQUEST_VERBS)
      expect(problems(personRequestPayload, { ...request, verb })).toEqual([]);
    expect(problems(personRequestPayload, { ...request, verb: 'merge' })).toHaveLength(1);
    const command = { ...request, head_sha: null, pr_number: null, check_run_id: null, comment_id: null };
    expect(personRequestPayload.parse(command)).toEqual(command);
    expect(problems(personRequestPayload, { ...request, requested_by: '' })).toHaveLength(1);
  });

  it.each([
    ['fix_strategy', 'guess'],
    ['confidence_score', -0.01],
    ['confidence_score', 1.01],
    ['requested_by', ''],
  ])('of a fix refuse %s = %j', (field, value) => {
    expect(problems(fixApplicationPayload, { ...fix, [field]: value })).toHaveLength(1);
  });

  it('of a fix know every strategy, and the whole range of confidence', () => {
    expect(FIX_STRATEGIES).toEqual([
      'apply_patch',
      'rerun_failed_jobs',
      'suggest_change',
      'open_pull_request',
      'report',
      'update_branch',
    ]);
    for (const fix_strategy of FIX_STRATEGIES) {
      for (const confidence_score of [0, 1]) {
        expect(problems(fixApplicationPayload, { ...fix, fix_strategy, confidence_score })).toEqual([]);
      }
    }
  });
});
