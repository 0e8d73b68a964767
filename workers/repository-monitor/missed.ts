import type { CheckRunInfo, PullRequestInfo } from '../../src/github/types.ts';
import { CheckAnalysisMessage } from '../../src/messages/check-analysis-message.ts';
import { INLINE_TEXT_MAX_BYTES } from '../../src/messages/payloads.ts';
import { PRMonitorMessage } from '../../src/messages/pr-monitor-message.ts';
import { QUEUES } from '../../src/messages/queues.ts';
import type { QueueManager } from '../../src/queue/types.ts';
import type { PullRequestRecord, Store } from '../../src/store/types.ts';
import { whyNotFailing } from '../check-analyzer/conclusions.ts';
import type { RepositoryTarget } from '../pull-request-record.ts';

/** What was found to be missed is sent under this name and at this time. */
export interface MissedOptions {
  store: Pick<Store, 'checkRuns'>;
  queues: Pick<QueueManager, 'sendMessage'>;
  /** The App's own check runs are no failures. */
  appId: string;
  /** The slot of the tick, or the time of the request, in milliseconds since the epoch: part of the messages' ids. */
  at: number;
  /** Milliseconds since the epoch. */
  now: number;
  correlationId: string;
}

/** A check run that ended this short ago may have its delivery on the way, in milliseconds. */
const DELIVERY_TIME_MS = 60_000;

/** Whether the store knows something else than GitHub says; times are left out, so that a comment costs nothing. */
export function differs(known: PullRequestRecord | null, info: PullRequestInfo): boolean {
  if (!known) return true;
  const labels = (names: readonly string[]) => JSON.stringify(names.toSorted());
  return (
    known.state !== info.state ||
    known.headSha !== info.headSha ||
    known.headRef !== info.headRef ||
    known.baseRef !== info.baseRef ||
    known.draft !== info.draft ||
    known.title !== info.title ||
    labels(known.labels) !== labels(info.labels)
  );
}

/** Has one pull request read again, whatever the store knows of it. */
export async function sendPullRequest(
  target: RepositoryTarget,
  { number, headSha }: Pick<PullRequestRecord, 'number' | 'headSha'>,
  { queues, at, now, correlationId }: MissedOptions,
): Promise<void> {
  const message = new PRMonitorMessage(
    { ...target, head_sha: headSha, pr_number: number, force_refresh: true },
    { timestamp: at, correlationId, priorityDelta: -1, sentAt: now },
  );
  await queues.sendMessage(QUEUES.prMonitor, message.toWorkerMessage());
}

/** Queues the analysis of those failed runs that nobody told of; answers their ids. */
export async function sendMissedChecks(
  target: RepositoryTarget,
  pull: Pick<PullRequestInfo, 'id' | 'number' | 'headSha'>,
  runs: readonly CheckRunInfo[],
  { store, queues, appId, now, correlationId }: MissedOptions,
): Promise<string[]> {
  const sent: string[] = [];
  for (const run of runs) {
    if (whyNotFailing(run, appId)) continue;
    const endedAt = run.completedAt ?? run.startedAt ?? 0;
    if (now - endedAt < DELIVERY_TIME_MS || (await store.checkRuns.find(run.id))) continue;
    const message = new CheckAnalysisMessage(
      {
        ...target,
        head_sha: pull.headSha,
        check_run_id: run.id,
        pull_request_id: pull.id,
        pr_number: pull.number,
        failure_logs: inline(run.outputText ?? run.outputSummary ?? ''),
      },
      { timestamp: endedAt, correlationId, priorityDelta: -1, sentAt: now },
    );
    await queues.sendMessage(QUEUES.checkAnalyzer, message.toWorkerMessage());
    sent.push(run.id);
  }
  return sent;
}

function inline(text: string): string {
  return Buffer.byteLength(text) <= INLINE_TEXT_MAX_BYTES ? text : '';
}
