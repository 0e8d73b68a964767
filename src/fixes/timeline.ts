import type { PullRequestFact } from '../events/event-map.ts';
import type { FixStrategyName } from '../messages/payloads.ts';
import type { TimelineEntry } from '../store/types.ts';
import { nextRung } from './ladder.ts';
import type { Refusal } from './refusal.ts';
import type { Applied, FixEnvironment, FixJob, Wait } from './strategy.ts';

type Line = Pick<TimelineEntry, 'kind' | 'rule' | 'message' | 'data'>;

/** A fix is about to be written. */
export async function announcePlan(job: FixJob, { events }: FixEnvironment): Promise<void> {
  const { fix_strategy } = job.payload;
  if (fix_strategy === 'report') return;
  await events.publish('fix.planned', { ...factOf(job), fixId: job.id, strategy: fix_strategy });
}

/** A fix was carried out. */
export async function recordAction(job: FixJob, effect: Applied, environment: FixEnvironment): Promise<void> {
  const { fix_strategy } = job.payload;
  const data = { strategy: fix_strategy, fix_id: job.id, result: effect.result };
  // A report is written again and again under one id: each text is a line.
  const suffix = fix_strategy === 'report' ? `:${effect.message}` : '';
  await append(
    job,
    { kind: 'action', rule: null, message: sentence(effect.message), data },
    `applied${suffix}`,
    environment,
  );
  if (fix_strategy === 'report') return;
  await environment.events.publish('fix.applied', {
    ...factOf(job),
    fixId: job.id,
    strategy: fix_strategy,
    result: effect.result,
  });
}

const NOT_DONE: Readonly<Record<FixStrategyName, string>> = {
  apply_patch: 'Not committed',
  rerun_failed_jobs: 'Not re-run',
  suggest_change: 'Not suggested',
  open_pull_request: 'No pull request',
  update_branch: 'Not updated',
  report: 'No report',
};

/** A fix was dropped, or one way of it. */
export async function recordRefusal(
  job: FixJob,
  { rule, reason }: Refusal,
  environment: FixEnvironment,
): Promise<void> {
  const { fix_strategy } = job.payload;
  const data = { strategy: fix_strategy, fix_id: job.id };
  await append(
    job,
    { kind: 'refusal', rule, message: `${NOT_DONE[fix_strategy]}: ${reason}`, data },
    `refused:${rule}`,
    environment,
  );
  if (fix_strategy === 'report' || nextRung(fix_strategy, { rule, reason })) return;
  await environment.events.publish('fix.dropped', {
    ...factOf(job),
    fixId: job.id,
    strategy: fix_strategy,
    reason,
  });
}

/** A fix waits; told once for each reason. */
export async function recordWait(
  job: FixJob,
  { rule, reason }: Wait,
  environment: FixEnvironment,
): Promise<void> {
  const data = { strategy: job.payload.fix_strategy, fix_id: job.id };
  await append(
    job,
    { kind: 'event', rule, message: `Waiting: ${reason}`, data },
    `wait:${rule}`,
    environment,
  );
}

/** An effect is there, but not as planned. */
export async function recordProblem(
  job: FixJob,
  problem: string,
  environment: FixEnvironment,
): Promise<void> {
  environment.logger.error({ fixId: job.id, correlationId: job.correlationId }, problem);
  const data = { strategy: job.payload.fix_strategy, fix_id: job.id };
  await append(
    job,
    { kind: 'error', rule: 'verify', message: sentence(problem), data },
    'verify',
    environment,
  );
}

async function append(job: FixJob, line: Line, key: string, { store, clock }: FixEnvironment): Promise<void> {
  const { repository_id, owner, repo, pr_number, head_sha, check_run_id } = job.payload;
  await store.timeline.append({
    ...line,
    at: clock.now(),
    repositoryId: repository_id,
    owner,
    repo,
    prNumber: pr_number,
    headSha: head_sha,
    checkRunId: check_run_id,
    correlationId: job.correlationId,
    dedupeKey: `${job.id}:${key}`,
  });
}

function factOf({ payload, correlationId }: FixJob): PullRequestFact {
  const { repository_id, owner, repo, pr_number, head_sha } = payload;
  return { repositoryId: repository_id, owner, repo, number: pr_number, headSha: head_sha, correlationId };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
