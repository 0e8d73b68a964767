import { PermanentError } from '../src/errors.ts';
import { type PRMonitorPayload, prMonitorPayload } from '../src/messages/payloads.ts';
import { PRMonitorMessage } from '../src/messages/pr-monitor-message.ts';
import { QUEUES } from '../src/messages/queues.ts';
import type { WorkerMessage } from '../src/messages/worker-message.ts';
import type { PullRequestRecord } from '../src/store/types.ts';
import type { WorkerContext } from '../src/worker/context.ts';
import { EventWorker } from '../src/worker/event-worker.ts';
import { done, type Outcome } from '../src/worker/outcome.ts';
import type { WorkerDependencies, WorkerSettings } from './dependencies.ts';
import { endWhereLost } from './end-where-lost.ts';
import { sendReport } from './fix-messages.ts';
import { toPullRequestRecord } from './pull-request-record.ts';
import { sendMissedChecks } from './repository-monitor/missed.ts';
import { settleFixes } from './settle-fixes.ts';
import { takeUpHolds } from './take-up-holds.ts';

type Dependencies = Pick<WorkerDependencies, 'store' | 'github' | 'queues' | 'bus' | 'clock'>;
type Message = WorkerMessage<string, PRMonitorPayload>;

/** Open pull requests of the store that one look at a repository compares. */
const KNOWN_MAX = 1000;

/**
 * Keeps one pull request in the store as GitHub has it now, and goes on with what waits for it: fixes whose checks have
 * told something, and failures that are held. One that is not there any more is closed. An event
 * older than what is stored costs no request, unless `force_refresh` asks for one.
 */
export function createCheckPullRequestHandler(dependencies: Dependencies) {
  return endWhereLost<PRMonitorPayload>(async (message, context): Promise<Outcome> => {
    const { store, github } = dependencies;
    const { payload } = message;
    const { installation_id, repository_id, owner, repo, head_sha, force_refresh } = payload;
    const number = payload.pr_number;
    if (number === undefined) return done;
    const known = await store.pullRequests.find(repository_id, number);
    const { correlationId } = message;
    if (known) await settleFixes(known, { correlationId }, dependencies);
    const held = await store.holds.listByPullRequest(repository_id, number);
    const stale = known !== null && known.updatedAt > message.timestamp && known.headSha === head_sha;
    if (!force_refresh && stale && held.length === 0) {
      context.logger.debug({ number }, 'a newer state of the pull request is known');
      return done;
    }
    const info = await github.repository(installation_id, owner, repo).getPullRequest(number);
    if (info) await keep(toPullRequestRecord(info, payload), known, message, dependencies);
    else if (known?.state === 'open') {
      // With its own time, so that it is taken up again should it come back.
      await keep({ ...known, state: 'closed' }, known, message, dependencies);
    }
    const current = held.length > 0 ? await store.pullRequests.find(repository_id, number) : null;
    if (current) await takeUpHolds(current, correlationId, dependencies);
    return done;
  }, dependencies);
}

/**
 * Brings all open pull requests of a repository up to date, has those looked at that are open no more, and queues
 * the failed checks that nobody told of.
 */
export function createMonitorRepositoryHandler(dependencies: Dependencies) {
  return endWhereLost<PRMonitorPayload>(async (message, context): Promise<Outcome> => {
    const { store, github, queues, clock } = dependencies;
    const { payload } = message;
    const { installation_id, repository_id, owner, repo } = payload;
    const client = github.repository(installation_id, owner, repo);
    const open = await client.listOpenPullRequests().catch((error: unknown) => whyNoList(error, context));
    if (open === null) return done;
    const target = { installation_id, repository_id, owner, repo };
    const correlationId = message.correlationId ?? message.id;
    const facts = { at: message.timestamp, now: clock.now(), correlationId, appId: github.appId };
    for (const info of open) {
      const known = await store.pullRequests.find(repository_id, info.number);
      await keep(toPullRequestRecord(info, payload), known, message, dependencies);
      const runs = await client
        .listCheckRuns(info.headSha)
        .catch((error: unknown) => whyNoList(error, context));
      await sendMissedChecks(target, info, runs ?? [], { store, queues, ...facts });
    }
    const listed = new Set(open.map(({ number }) => number));
    const missing = (await store.pullRequests.list({ state: 'open', limit: KNOWN_MAX })).filter(
      (known) => known.repositoryId === repository_id && !listed.has(known.number),
    );
    for (const { number, headSha } of missing) {
      const check = new PRMonitorMessage(
        { ...payload, head_sha: headSha, pr_number: number, force_refresh: true },
        {
          timestamp: message.timestamp,
          sentAt: clock.now(),
          ...(message.correlationId !== undefined && { correlationId: message.correlationId }),
        },
      );
      await queues.sendMessage(QUEUES.prMonitor, check.toWorkerMessage());
    }
    return done;
  }, dependencies);
}

/** The worker of the queue `pr_monitor`. */
export function createPRMonitorWorker(dependencies: Dependencies, settings: WorkerSettings = {}) {
  const { queues, clock } = dependencies;
  const schema = prMonitorPayload;
  return new EventWorker<{ check_pull_request: PRMonitorPayload; monitor_repository: PRMonitorPayload }>({
    ...settings,
    name: 'pr-monitor',
    queue: QUEUES.prMonitor,
    queues,
    clock,
  })
    .registerHandler('check_pull_request', createCheckPullRequestHandler(dependencies), { schema })
    .registerHandler('monitor_repository', createMonitorRepositoryHandler(dependencies), { schema });
}

/** A repository that is gone, or closed to the App, has nothing to be followed. */
function whyNoList(error: unknown, { logger }: WorkerContext): null {
  if (!(error instanceof PermanentError) || !['not_found', 'gone', 'forbidden'].includes(error.code))
    throw error;
  logger.warn({ err: error, rule: `github.${error.code}` }, 'pull requests or checks cannot be listed');
  return null;
}

async function keep(
  record: PullRequestRecord,
  known: PullRequestRecord | null,
  message: Message,
  { store, bus, queues, clock }: Dependencies,
): Promise<void> {
  if ((await store.pullRequests.upsert(record)) === 'stale') return;
  const { repositoryId, owner, repo, number, headSha, state } = record;
  const changed = !known || known.headSha !== headSha || known.state !== state;
  if (changed) {
    await store.timeline.append({
      at: clock.now(),
      kind: 'event',
      repositoryId,
      owner,
      repo,
      prNumber: number,
      headSha,
      checkRunId: null,
      rule: null,
      message: `Pull request is ${record.merged ? 'merged' : state} at ${headSha.slice(0, 7)}`,
      data: { state, merged: record.merged, fork: record.fork },
      correlationId: message.correlationId ?? null,
      dedupeKey: `pull_request:${repositoryId}:${number}:${headSha}:${state}:${record.updatedAt}`,
    });
  }
  if (known && known.headSha !== headSha && (await store.ownComments.has(repositoryId, number))) {
    await refreshComment(record, message, { queues, clock });
  }
  const name = !known ? 'pr.created' : changed && state === 'closed' ? 'pr.closed' : 'pr.updated';
  const correlationId = message.correlationId ?? null;
  await bus.publish(name, { repositoryId, owner, repo, number, headSha, correlationId });
}

/** Our comment speaks of a head that is none any more. */
async function refreshComment(
  { id, number, headSha }: PullRequestRecord,
  { payload, correlationId }: Message,
  parts: Pick<Dependencies, 'queues' | 'clock'>,
): Promise<void> {
  const { installation_id, repository_id, owner, repo } = payload;
  const target = { installation_id, repository_id, owner, repo, head_sha: headSha };
  const subject = { ...target, pull_request_id: id, pr_number: number, check_run_id: '0' };
  const report = { ...subject, fix_strategy: 'report' as const, fix_content: '', confidence_score: 1 };
  await sendReport(report, { correlationId }, parts);
}
