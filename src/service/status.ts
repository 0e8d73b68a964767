import { QUEUES } from '../messages/queues.ts';
import type { QueueStats } from '../queue/types.ts';
import type { DeliveryRecord, DeliveryStatus, ProcessRecord, PullRequestRecord } from '../store/types.ts';
import type { State } from './state.ts';

/** A process that has not reported for this long counts as gone, in milliseconds. */
const PRESENT_MS = 10_000;

/** What `checkmend status --json` prints. Times are milliseconds since the epoch. */
export interface ServiceStatus {
  at: number;
  queues: Record<string, QueueStats>;
  processes: ProcessRecord[];
  /** Open ones, most recently updated first, at most 20. */
  pullRequests: Pick<PullRequestRecord, 'owner' | 'repo' | 'number' | 'title' | 'headSha' | 'updatedAt'>[];
  /** Newest first, at most 10. */
  deliveries: Pick<
    DeliveryRecord,
    'guid' | 'event' | 'action' | 'receivedAt' | 'status' | 'messages' | 'note'
  >[];
  deliveryCounts: Record<DeliveryStatus, number>;
}

/** Reads the status from the shared state: it works beside a running service and without one. */
export async function readStatus({ queues, store }: State, now: number): Promise<ServiceStatus> {
  const names = Object.values(QUEUES);
  const stats = await Promise.all(names.map((name) => queues.getQueueStats(name)));
  const pullRequests = await store.pullRequests.list({ state: 'open', limit: 20 });
  const deliveries = await store.deliveries.list({ limit: 10 });
  return {
    at: now,
    queues: Object.fromEntries(names.map((name, index) => [name, stats[index] as QueueStats])),
    processes: await store.processes.list(now - PRESENT_MS),
    pullRequests: pullRequests.map(({ owner, repo, number, title, headSha, updatedAt }) => {
      return { owner, repo, number, title, headSha, updatedAt };
    }),
    deliveries: deliveries.map(({ guid, event, action, receivedAt, status, messages, note }) => {
      return { guid, event, action, receivedAt, status, messages, note };
    }),
    deliveryCounts: await store.deliveries.counts(),
  };
}
