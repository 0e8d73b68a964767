import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, type Policy } from '../../src/fixes/policy/policy.ts';
import type { FixEnvironment, FixJob } from '../../src/fixes/strategy.ts';
import { SUITE_WAIT_MAX_MS, whyNotYet } from '../../src/fixes/timing.ts';
import type { CommitInfo, PullRequestInfo } from '../../src/github/types.ts';
import { fixApplicationPayload } from '../../src/messages/payloads.ts';
import { toPullRequestRecord } from '../../workers/pull-request-record.ts';
import { createWorld, type World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** Asks about a head commit that was made `ageMs` ago, for a fix that was asked for `requestedMs` ago. */
async function ask(
  { ageMs = 0, requestedMs = 0, ...commit }: Partial<CommitInfo> & { ageMs?: number; requestedMs?: number },
  policy: Partial<Policy> = { waitForSuite: false },
  seen: (headSha: string, pullRequest: PullRequestInfo) => Promise<void> = async () => undefined,
) {
  const now = world.clock.now();
  const headSha = world.github.push('topic', { 'd.py': 'd' }, { committedAt: now - ageMs, ...commit });
  const pullRequest = await world.github.getPullRequest(5);
  if (!pullRequest) throw new Error('no pull request');
  await seen(headSha, pullRequest);
  const ids = { installation_id: '2', repository_id: '3', pull_request_id: '4005', check_run_id: '100' };
  const payload = fixApplicationPayload.parse({
    ...ids,
    owner: 'octo',
    repo: 'app',
    head_sha: headSha,
    pr_number: 5,
    fix_strategy: 'apply_patch',
    fix_content: '',
    confidence_score: 1,
  });
  const job: FixJob = { id: 'x', payload, correlationId: null, requestedAt: now - requestedMs };
  const environment: FixEnvironment = {
    ...world,
    app: world.github,
    client: world.github,
    policy: { ...DEFAULT_POLICY, ...policy },
    policyProblems: [],
    override: 'policy',
    events: world.bus,
    ...world.context(),
  };
  return await whyNotYet(pullRequest, job, environment);
}

describe('the quiet period', () => {
  test('counts from the push of a person', async () => {
    expect(await ask({ ageMs: 20_000 })).toMatchObject({ rule: 'wait.quiet_period', delayMs: 40_000 });
    expect(await ask({ ageMs: 60_000 })).toBeNull();
  });

  test('counts from when the head came, not from when an old commit was made', async () => {
    const now = world.clock.now();
    const target = { installation_id: '2', repository_id: '3', owner: 'octo', repo: 'app' };
    const wait = await ask({ ageMs: 3_600_000 }, { waitForSuite: false }, async (pushed, pullRequest) => {
      const record = toPullRequestRecord(pullRequest, target);
      const { pullRequests } = world.store;
      await pullRequests.upsert({ ...record, headSha: 'b'.repeat(40), updatedAt: now - 50_000 });
      await pullRequests.upsert({ ...record, headSha: pushed, updatedAt: now - 20_000 });
      // A label later on is no push.
      await pullRequests.upsert({ ...record, headSha: pushed, updatedAt: now - 5000 });
    });
    expect(wait).toMatchObject({ rule: 'wait.quiet_period', delayMs: 40_000 });
  });

  test('a committer date in the future does not prolong it', async () => {
    expect(await ask({ ageMs: -3_600_000, requestedMs: 30_000 })).toMatchObject({ delayMs: 30_000 });
  });

  test.each([
    ['our own commit', { authorLogin: 'checkmend[bot]', authorIsBot: true }],
    ['our own commit by its trailer', { message: 'Fix\n\nCheckmend-Fix: y' }],
    ['a commit of another bot', { authorLogin: 'renovate[bot]', authorIsBot: true }],
  ])('does not count %s', async (_name, commit) => {
    expect(await ask(commit)).toBeNull();
  });

  test('0s is none', async () => {
    expect(await ask({}, { quietPeriodMs: 0, waitForSuite: false })).toBeNull();
  });
});

describe('the other checks', () => {
  const policy = { quietPeriodMs: 0 };

  function running(changes: object = {}): void {
    const { payload } = world.failedCheck('slow', { status: 'in_progress', conclusion: null, ...changes });
    const check = world.github.checkRuns.get(payload.check_run_id);
    const list = world.github.listCheckRuns;
    world.github.listCheckRuns = async (sha) => [...(await list(sha)), ...(check ? [check] : [])];
  }

  test('are waited for while they run, at most ten minutes', async () => {
    running();
    expect(await ask({}, policy)).toMatchObject({ rule: 'wait.suite', delayMs: 15_000 });
    expect(await ask({ requestedMs: SUITE_WAIT_MAX_MS - 1000 }, policy)).toMatchObject({ delayMs: 1000 });
    expect(await ask({ requestedMs: SUITE_WAIT_MAX_MS }, policy)).toBeNull();
    expect(await ask({}, { ...policy, waitForSuite: false })).toBeNull();
  });

  test('our own check run is none of them', async () => {
    running({ appId: world.github.appId });
    expect(await ask({}, policy)).toBeNull();
  });
});
