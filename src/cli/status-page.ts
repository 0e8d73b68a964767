import { printable } from '../printable.ts';
import type { ServiceStatus } from '../service/status.ts';
import { table } from './table.ts';

/** The status as a page for a terminal. */
export function formatStatus(status: ServiceStatus): string {
  return [
    ...queueLines(status),
    '',
    ...processLines(status),
    '',
    ...pullRequestLines(status),
    '',
    ...deliveryLines(status),
  ].join('\n');
}

function queueLines({ queues }: ServiceStatus): string[] {
  const rows = Object.entries(queues).map(([name, stats]) => [
    stats.paused ? `${name} (paused)` : name,
    ...[stats.ready, stats.delayed, stats.inFlight, stats.dead].map(String),
    stats.ready > 0 ? duration(stats.oldestAgeMs) : '-',
  ]);
  return table(['queue', 'ready', 'delayed', 'in flight', 'dead', 'oldest'], rows);
}

function processLines({ processes, at }: ServiceStatus): string[] {
  if (processes.length === 0) return ['no process is running'];
  const rows = processes.flatMap(({ role, host, pid, startedAt, workers }) =>
    workers.map((worker) => [
      worker.name,
      worker.state,
      String(worker.inFlight),
      String(worker.processed),
      String(worker.errors),
      `${role} ${host}:${pid}, up ${duration(at - startedAt)}`,
    ]),
  );
  return table(['worker', 'state', 'in flight', 'done', 'errors', 'process'], rows);
}

function pullRequestLines({ pullRequests, at }: ServiceStatus): string[] {
  if (pullRequests.length === 0) return ['no open pull request is known'];
  const rows = pullRequests.map(({ owner, repo, number, title, headSha, updatedAt }) => [
    `${owner}/${repo}#${number}`,
    headSha.slice(0, 7),
    `${duration(at - updatedAt)} ago`,
    printable(title).slice(0, 60),
  ]);
  return table(['pull request', 'head', 'updated', 'title'], rows);
}

function deliveryLines({ deliveries, deliveryCounts: { open, done, dead }, at }: ServiceStatus): string[] {
  const counts = `deliveries: ${done} done, ${open} open, ${dead} dead`;
  const rows = deliveries.map(({ guid, event, action, receivedAt, status, messages, note }) => [
    action ? `${event}.${action}` : event,
    status,
    String(messages),
    `${duration(at - receivedAt)} ago`,
    guid,
    printable(note ?? ''),
  ]);
  return rows.length === 0
    ? [counts]
    : [counts, ...table(['event', 'status', 'messages', 'received', 'id', 'note'], rows)];
}

/** `850 ms`, `12 s`, `3 min`, `5 h`, `2 d`. */
function duration(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ];
  for (const [size, unit] of units) if (ms >= size) return `${Math.floor(ms / size)} ${unit}`;
  return `${Math.max(0, Math.round(ms))} ms`;
}
