import { readOutcomes, type SettledFix } from '../src/fixes/outcomes.ts';
import type { FixOutcomeKind, PullRequestRecord } from '../src/store/types.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { type Origin, sendReport } from './fix-messages.ts';

type Dependencies = Pick<WorkerDependencies, 'store' | 'queues' | 'bus' | 'clock'>;

const SENTENCES: Readonly<Record<FixOutcomeKind, (name: string, sha: string) => string>> = {
  mended: (name, sha) => `Mended: "${name}" passes on ${sha}`,
  same_failure: (name, sha) => `Not mended: "${name}" fails on ${sha} as before`,
  new_failure: (name, sha) => `Made worse: "${name}" was to be mended, and something else fails on ${sha}`,
};

/**
 * Keeps what the checks say of the fixes of a pull request: in the books, in the timeline, as an event, and in the
 * report of the head that was fixed. Answers how many have something new to tell.
 */
export async function settleFixes(
  pullRequest: PullRequestRecord,
  origin: Origin,
  dependencies: Dependencies,
): Promise<number> {
  const { repositoryId, number } = pullRequest;
  const settled = await readOutcomes(repositoryId, number, dependencies.store);
  for (const fix of settled) await settle(fix, pullRequest, origin, dependencies);
  return settled.length;
}

async function settle(
  { attempt, outcome, checkName, sha }: SettledFix,
  { repositoryId, installationId, owner, repo, number, id }: PullRequestRecord,
  origin: Origin,
  { store, queues, bus, clock }: Dependencies,
): Promise<void> {
  await store.fixAttempts.setOutcome(attempt.id, outcome);
  const correlationId = origin.correlationId ?? null;
  await store.timeline.append({
    at: clock.now(),
    kind: 'event',
    repositoryId,
    owner,
    repo,
    prNumber: number,
    headSha: sha,
    checkRunId: attempt.checkRunId,
    rule: `verify.${outcome}`,
    message: SENTENCES[outcome](checkName, sha.slice(0, 7)),
    data: { strategy: attempt.strategy, fix_id: attempt.id, outcome },
    correlationId,
    dedupeKey: `${attempt.id}:outcome:${outcome}`,
  });
  const fact = { repositoryId, owner, repo, number, headSha: sha, correlationId };
  await bus.publish('fix.verified', {
    ...fact,
    fixId: attempt.id,
    strategy: attempt.strategy,
    outcome,
  });
  if (attempt.checkRunId === null) return;
  await sendReport(
    {
      installation_id: installationId,
      repository_id: repositoryId,
      owner,
      repo,
      head_sha: attempt.headSha,
      pull_request_id: id,
      pr_number: number,
      check_run_id: attempt.checkRunId,
      fix_strategy: 'report',
      fix_content: '',
      confidence_score: 1,
    },
    origin,
    { queues, clock },
  );
}
