import type { SqliteDatabase } from '../../sqlite/database.ts';
import type { StoredLetter } from '../engine.ts';
import type { QueueStats } from '../types.ts';

/** Most delayed messages that are due already and that statistics count as ready. */
const DUE_COUNTED_MAX = 1_000;

const STATS = `
SELECT ready, delayed, in_flight AS inFlight, dead, paused,
  (SELECT min(sent_at) FROM queue_messages WHERE queue = q.id AND state = 0) AS oldest,
  (SELECT min(due_at) FROM queue_messages WHERE queue = q.id AND state = 1) AS firstDue,
  (SELECT count(*) FROM (SELECT 1 FROM queue_messages
    WHERE queue = q.id AND state = 1 AND due_at <= ? LIMIT ${DUE_COUNTED_MAX})) AS due
FROM queue_queues q WHERE name = ?`;

const LETTER = `
SELECT position, l.id AS id, body, retries, attempts, error, failed_at AS failedAt, annotation
FROM queue_letters l JOIN queue_queues q ON q.id = l.queue WHERE q.name = ?`;

interface StatsRow extends Omit<QueueStats, 'paused' | 'oldestAgeMs'> {
  paused: number;
  oldest: number | null;
  firstDue: number | null;
  due: number;
}

/** Counters of a queue: one row and four looks at an index. */
export function readStats(database: SqliteDatabase, queue: string, now: number): QueueStats {
  const [row] = database.read<StatsRow>(STATS, [now, queue]);
  if (!row) return { ready: 0, delayed: 0, inFlight: 0, dead: 0, oldestAgeMs: 0, paused: false };
  return {
    ready: row.ready + row.due,
    delayed: row.delayed - row.due,
    inFlight: row.inFlight,
    dead: row.dead,
    oldestAgeMs: Math.max(0, now - (row.oldest ?? now), now - (row.firstDue ?? now)),
    paused: row.paused === 1,
  };
}

/** Up to `limit` dead letters behind the position `after`, oldest first. */
export function readLetters(
  database: SqliteDatabase,
  queue: string,
  after: number,
  limit: number,
): StoredLetter[] {
  return database.read<StoredLetter>(`${LETTER} AND position > ? ORDER BY position LIMIT ?`, [
    queue,
    after,
    limit,
  ]);
}

/** The dead letter of an id. */
export function readLetter(database: SqliteDatabase, queue: string, id: string): StoredLetter | null {
  return database.read<StoredLetter>(`${LETTER} AND l.id = ?`, [queue, id])[0] ?? null;
}
