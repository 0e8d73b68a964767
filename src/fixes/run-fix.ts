import { PermanentError } from '../errors.ts';
import type { FixStrategyName } from '../messages/payloads.ts';
import type { FixAttemptRecord, FixAttemptStatus } from '../store/types.ts';
import { whyBaseBroke } from './base-health.ts';
import { effectiveMode, ignored } from './decide.ts';
import { pausedScope } from './judge.ts';
import { nextRung } from './ladder.ts';
import { whyShadow } from './shadow.ts';
import { whySkipped } from './skips.ts';
import {
  type Applied,
  type FixEnvironment,
  type FixJob,
  type FixStrategy,
  type Planned,
  type Refused,
  refused,
  type Wait,
} from './strategy.ts';
import { announcePlan, recordAction, recordProblem, recordRefusal, recordWait } from './timeline.ts';
import { stopRefusal } from './verified.ts';

/** How a fix ended, or that it has to wait. */
export type FixOutcome = Applied | Refused | Wait;

/** Refusals of GitHub that are an answer, and no fault of ours. */
const ANSWERS = new Set(['forbidden', 'not_found', 'gone', 'conflict', 'validation_failed', 'refused']);

/** What mode `suggest` allows unasked. */
const OFFERS: ReadonlySet<FixStrategyName> = new Set(['rerun_failed_jobs', 'suggest_change']);

/** What delivers a patch, and waits for a base that fails in the same way. */
const DELIVERING: ReadonlySet<FixStrategyName> = new Set([
  'apply_patch',
  'suggest_change',
  'open_pull_request',
]);

/** What ends where earlier fixes mended nothing. */
const COMMITTING: ReadonlySet<FixStrategyName> = new Set([
  'apply_patch',
  'open_pull_request',
  'update_branch',
]);

/**
 * Takes a fix through the four steps and keeps the books: the attempt is stored as `planned` before the first
 * write, so that a crash between effect and bookkeeping leaves a trace, and the next run finds the effect by
 * its mark.
 *
 * @throws TransientError from GitHub: to be run again later
 */
export async function runFix<Plan, Ready>(
  strategy: FixStrategy<Plan, Ready>,
  job: FixJob,
  environment: FixEnvironment,
): Promise<FixOutcome> {
  const known = await environment.store.fixAttempts.find(job.id);
  if (known?.status === 'applied') {
    return { kind: 'applied', result: known.result ?? '', message: 'it was done before' };
  }
  const planned = await strategy.plan(job, environment);
  if (planned.kind === 'refused') {
    await recordRefusal(job, planned.refusal, environment);
    return planned;
  }
  const switchedOff = await whySwitchedOff(job, environment);
  if (switchedOff) {
    // What the mode only offers is no try, and the verdict has said so.
    if (nextRung(job.payload.fix_strategy, switchedOff.refusal)) return switchedOff;
    // An effect of an earlier try may be there, unsettled: its row stays, and goes on counting.
    if (known?.status !== 'planned') return await end(job, planned, switchedOff, environment);
    await recordRefusal(job, switchedOff.refusal, environment);
    return switchedOff;
  }
  let outcome: FixOutcome;
  try {
    outcome = await attempt(strategy, planned, job, environment);
  } catch (error) {
    if (!(error instanceof PermanentError) || !ANSWERS.has(error.code)) throw error;
    outcome = refusedByGitHub(error, strategy.permission);
  }
  if (outcome.kind === 'wait') {
    await recordWait(job, outcome, environment);
    return outcome;
  }
  if (known?.status === 'planned' && outcome.kind === 'refused' && whyShadow(job, environment)) {
    await recordRefusal(job, outcome.refusal, environment);
    return outcome;
  }
  return await end(job, planned, outcome, environment);
}

async function attempt<Plan, Ready>(
  strategy: FixStrategy<Plan, Ready>,
  planned: Planned<Plan>,
  job: FixJob,
  environment: FixEnvironment,
): Promise<FixOutcome> {
  const clearance = await strategy.preflight(planned.plan, job, environment);
  if (clearance.kind !== 'go') return clearance;
  const broke = DELIVERING.has(strategy.name) ? await whyBaseBroke(job, environment) : null;
  if (broke) return broke;
  const shadow = whyShadow(job, environment);
  if (shadow) return shadow;
  environment.signal.throwIfAborted();
  const known = await book(job, planned, environment);
  // One that was dropped, or refused, is taken up again.
  if (known && known.status !== 'planned') {
    await environment.store.fixAttempts.finish(job.id, { status: 'planned', at: environment.clock.now() });
  }
  await announcePlan(job, environment);
  // Whoever holds the message now makes the effect: one that was given up must not be late with its own.
  environment.signal.throwIfAborted();
  const effect = await strategy.apply(clearance.ready, job, environment);
  if (effect.kind !== 'applied') return effect;
  const problem = await strategy.verify(effect, clearance.ready, job, environment);
  if (problem !== null) await recordProblem(job, problem, environment);
  return effect;
}

/** The kill switch, the modes, and what people say by labels and drafts may have changed since the verdict. */
async function whySwitchedOff(job: FixJob, environment: FixEnvironment): Promise<Refused | null> {
  const { override, policy, policyProblems, store } = environment;
  const { repository_id, pr_number, fix_strategy, check_run_id, requested_by } = job.payload;
  const shadow = whyShadow(job, environment) !== null;
  if (override !== 'policy' && !shadow) return refused(`override.${override}`, 'the service may not write');
  const scope = await pausedScope(store, repository_id, pr_number);
  if (scope !== null) return refused('paused', `paused (${scope})`);
  if (fix_strategy === 'report') return null;
  if (policyProblems.length > 0) return refused('policy.broken', 'the policy file is broken');
  const pullRequest = await store.pullRequests.find(repository_id, pr_number);
  const skipped = pullRequest && whySkipped(pullRequest, policy);
  if (skipped) return { kind: 'refused', refusal: skipped };
  const known = await store.diagnoses.find(check_run_id);
  if (known && requested_by === undefined) {
    const left = await store.ignoredFailures.find(repository_id, pr_number, known.fingerprint);
    if (left) return { kind: 'refused', refusal: ignored(left.ignoredBy) };
  }
  const category = known?.diagnosis.category ?? 'unknown';
  const wanted = effectiveMode(policy, { category }, known?.checkName ?? '');
  const mode = shadow && wanted === 'shadow' ? 'fix' : wanted;
  const asked = requested_by !== undefined && (mode === 'suggest' || mode === 'report');
  const allowed = mode === 'fix' || asked || (mode === 'suggest' && OFFERS.has(fix_strategy));
  if (!allowed) return refused(`mode.${mode}`, `the policy's mode is ${mode}`);
  // What a person asks for is made after two that did not help, too.
  if (requested_by !== undefined || !COMMITTING.has(fix_strategy)) return null;
  const stopped = stopRefusal(await store.fixAttempts.listByPullRequest(repository_id, pr_number));
  return stopped && { kind: 'refused', refusal: stopped };
}

function refusedByGitHub(error: PermanentError, permission: string): Refused {
  if (error.code === 'forbidden') {
    return refused(
      'github.forbidden',
      `GitHub refused it: the App lacks the permission "${permission}", or a rule of the repository forbids it`,
    );
  }
  return refused(`github.${error.code}`, `GitHub refused it (${error.code.replaceAll('_', ' ')})`);
}

/** Reports leave no row: they change nothing that could repeat or be undone. */
async function book(
  job: FixJob,
  planned: Planned<unknown>,
  { store, clock }: FixEnvironment,
): Promise<FixAttemptRecord | null> {
  const { repository_id, pr_number, head_sha, check_run_id, fix_strategy } = job.payload;
  if (fix_strategy === 'report') return null;
  const now = clock.now();
  return await store.fixAttempts.plan({
    id: job.id,
    repositoryId: repository_id,
    prNumber: pr_number,
    headSha: head_sha,
    checkRunId: check_run_id,
    strategy: fix_strategy,
    contentDigest: planned.digest,
    reverseDigest: planned.reverseDigest,
    status: 'planned',
    result: null,
    reason: null,
    createdAt: now,
    updatedAt: now,
    outcome: null,
  });
}

async function end(
  job: FixJob,
  planned: Planned<unknown>,
  outcome: Applied | Refused,
  environment: FixEnvironment,
): Promise<Applied | Refused> {
  await book(job, planned, environment);
  const at = environment.clock.now();
  const { store } = environment;
  if (outcome.kind === 'applied') {
    if (job.payload.fix_strategy !== 'report') {
      await store.fixAttempts.finish(job.id, { status: 'applied', result: outcome.result, at });
    }
    await recordAction(job, outcome, environment);
    return outcome;
  }
  const { rule, reason } = outcome.refusal;
  const status: FixAttemptStatus = rule.startsWith('github.') ? 'failed' : 'dropped';
  if (job.payload.fix_strategy !== 'report') {
    await store.fixAttempts.finish(job.id, { status, reason: `${reason} (rule ${rule})`, at });
  }
  await recordRefusal(job, outcome.refusal, environment);
  return outcome;
}
