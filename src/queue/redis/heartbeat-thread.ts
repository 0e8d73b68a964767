import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../clock.ts';
import { silentLogger } from '../../logger.ts';
import { RedisConnection } from './connection.ts';
import {
  HeartbeatBoard,
  type HeartbeatNews,
  type HeartbeatSetup,
  type SessionsChanged,
} from './heartbeat-protocol.ts';
import { callScript } from './scripts.ts';
import { steadyMs } from './steady.ts';

/** Renews the sessions of its process from a thread of its own: a handler that blocks the event loop keeps its leases. */
const setup = workerData as HeartbeatSetup;
const board = new HeartbeatBoard(setup.board);
const queues = new Map<number, SessionsChanged>();
const connection = new RedisConnection({
  target: setup.target,
  name: setup.name,
  clock: systemClock,
  logger: silentLogger(),
  commandTimeoutMs: setup.commandTimeoutMs,
  operationTimeoutMs: Math.max(setup.commandTimeoutMs, Math.floor(setup.leaseMs / 3)),
});

async function beat(queue: SessionsChanged): Promise<void> {
  const sentAt = steadyMs();
  const args = [board.testTimeMs || '', setup.leaseMs, ...queue.sessions];
  const believed = board.held(queue.index);
  const held = (await connection.run((client) => callScript(client, 'beat', queue.keys, args))) as number[];
  if (held.some((count) => count >= 0)) board.setRenewedAt(queue.index, sentAt);
  const tell = (news: HeartbeatNews) => parentPort?.postMessage(news);
  for (const [i, session] of queue.sessions.entries()) {
    if (held[i] === -1) tell({ index: queue.index, kind: 'lost', session });
  }
  const total = held.reduce((sum, count) => sum + Math.max(0, count), 0);
  if (total < Math.min(believed, board.held(queue.index))) tell({ index: queue.index, kind: 'fewer' });
}

parentPort?.on('message', (change: SessionsChanged) => {
  queues.set(change.index, change);
});

setInterval(() => {
  for (const queue of queues.values()) {
    const due = board.held(queue.index) > 0 && queue.sessions.length > 0;
    // Without an answer the leases run out by themselves; the manager watches for that.
    if (due) beat(queue).catch(() => undefined);
  }
}, setup.leaseMs / 3);
