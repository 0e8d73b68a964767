import type Database from 'better-sqlite3';

/** A prepared statement whose rows are of a kind. */
export interface Prepared<Result> {
  readonly source: string;
  get(...params: unknown[]): Result | undefined;
  all(...params: unknown[]): Result[];
  run(...params: unknown[]): { changes: number };
}

/** A row of `queue_queues`. */
export interface QueueRow {
  id: number;
  name: string;
  paused: number;
  ready: number;
  delayed: number;
  in_flight: number;
  dead: number;
  bytes: number;
  ticket: number;
}

/** A row of `queue_messages` without its body, which only those read who give it out. */
export interface MessageRow {
  seq: number;
  queue: number;
  id: string;
  state: number;
  sent_at: number;
  score: number;
  due_at: number;
  expires_at: number | null;
  group_key: string | null;
  retries: number;
  max_retries: number;
  token: number;
  session: number;
  held_until: number;
  bytes: number;
}

const MESSAGE =
  'seq, queue, id, state, sent_at, score, due_at, expires_at, group_key, retries, max_retries, token, session, held_until, bytes';

/** A row of `queue_groups`. */
export interface GroupRow {
  running: number;
  turn_ended_at: number;
  turn: number;
  rank: number | null;
  head: number | null;
}

/** A row of `queue_letters` without its queue. */
export interface LetterRow {
  position: number;
  id: string;
  body: string;
  bytes: number;
  weight: number;
  retries: number;
  max_retries: number;
  group_key: string | null;
  expires_at: number | null;
  attempts: number;
  error: string;
  failed_at: number;
  annotation: string | null;
}

/** Every statement of the queue's transitions, prepared. */
export type Statements = ReturnType<typeof prepareStatements>;

/**
 * Prepares the statements on the writing connection. Where rows are ordered or limited, a parameter is written `+?`:
 * beside `ORDER BY`, `LIMIT` or `min()` SQLite looks at the value of a bare `?` to plan with, and plans anew at each
 * run, which takes ten times as long as the run itself.
 */
export function prepareStatements(db: Database.Database) {
  const one = <Result>(sql: string): Prepared<Result> => db.prepare<unknown[], Result>(sql);
  const value = <Result>(sql: string): Prepared<Result> => db.prepare<unknown[], Result>(sql).pluck();
  return {
    ...queueStatements(one),
    ...messageStatements(one, value),
    ...groupStatements(one, value),
    ...sessionStatements(one, value),
    ...letterStatements(one),
  };
}

type Prepare = <Result>(sql: string) => Prepared<Result>;

function queueStatements(one: Prepare) {
  return {
    queueByName: one<QueueRow>('SELECT * FROM queue_queues WHERE name = ?'),
    queueById: one<QueueRow>('SELECT * FROM queue_queues WHERE id = ?'),
    insertQueue: one<QueueRow>('INSERT INTO queue_queues (name) VALUES (?) RETURNING *'),
    saveQueue: one(
      'UPDATE queue_queues SET paused=?, ready=?, delayed=?, in_flight=?, dead=?, bytes=?, ticket=? WHERE id=?',
    ),
  };
}

function messageStatements(one: Prepare, value: Prepare) {
  return {
    /** Both rows of an id: the message, and its follow-up. */
    messagesById: one<MessageRow>(
      `SELECT ${MESSAGE} FROM queue_messages WHERE queue = +? AND id = +? ORDER BY state = 3`,
    ),
    leased: one<MessageRow>(
      `SELECT ${MESSAGE} FROM queue_messages WHERE queue=? AND id=? AND (state = 3)=0 AND state=2 AND token=?`,
    ),
    followUp: one<MessageRow>(
      `SELECT ${MESSAGE} FROM queue_messages WHERE queue = ? AND id = ? AND (state = 3) = 1`,
    ),
    insertMessage: one(
      `INSERT INTO queue_messages
       (queue, id, state, sent_at, score, due_at, expires_at, group_key, retries, max_retries, bytes, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    replaceMessage: one(
      'UPDATE queue_messages SET expires_at=?, group_key=?, retries=?, max_retries=?, bytes=?, body=? WHERE seq=?',
    ),
    setState: one('UPDATE queue_messages SET state = ? WHERE seq = ?'),
    putBack: one('UPDATE queue_messages SET state = ?, due_at = ?, retries = ? WHERE seq = ?'),
    lease: one<MessageRow & { body: string }>(
      `UPDATE queue_messages SET state = 2, token = ?, session = ?, held_until = 0 WHERE seq = ?
       RETURNING ${MESSAGE}, body`,
    ),
    hold: one('UPDATE queue_messages SET held_until = ? WHERE seq = ?'),
    deleteMessage: one('DELETE FROM queue_messages WHERE seq = ?'),
    due: one<MessageRow>(
      `SELECT ${MESSAGE} FROM queue_messages WHERE queue=+? AND state=1 AND due_at<=+? ORDER BY due_at, seq LIMIT +?`,
    ),
    nextDueAt: value<number | null>('SELECT min(due_at) FROM queue_messages WHERE queue = +? AND state = 1'),
    firstReady: one<{ seq: number; rank: number }>(
      `SELECT seq, score AS rank FROM queue_messages
       WHERE queue = +? AND state = 0 AND group_key IS NULL ORDER BY score, seq LIMIT +?`,
    ),
  };
}

function groupStatements(one: Prepare, value: Prepare) {
  return {
    group: one<GroupRow>('SELECT * FROM queue_groups WHERE queue = ? AND name = ?'),
    saveGroup: one(
      `INSERT INTO queue_groups (queue, name, running, turn_ended_at, turn, rank, head)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET running = excluded.running,
       turn_ended_at = excluded.turn_ended_at, turn = excluded.turn, rank = excluded.rank, head = excluded.head`,
    ),
    deleteGroup: one('DELETE FROM queue_groups WHERE queue = ? AND name = ?'),
    firstGroup: one<{ seq: number; rank: number; turn: number }>(
      `SELECT head AS seq, rank, turn FROM queue_groups
       WHERE queue = +? AND rank IS NOT NULL ORDER BY rank, turn, head LIMIT 1`,
    ),
    groupHead: one<{ seq: number; score: number; sent_at: number }>(
      `SELECT seq, score, sent_at FROM queue_messages
       WHERE queue = +? AND group_key = +? AND state = 0 ORDER BY score, seq LIMIT 1`,
    ),
    groupMember: value<number>('SELECT 1 FROM queue_messages WHERE queue = +? AND group_key = +? LIMIT 1'),
  };
}

function sessionStatements(one: Prepare, value: Prepare) {
  return {
    sessionOf: one<{ id: number; expires_at: number }>(
      'SELECT id, expires_at FROM queue_sessions WHERE holder = ?',
    ),
    sessionExpiry: value<number>('SELECT expires_at FROM queue_sessions WHERE id = ?'),
    insertSession: value<number>(
      'INSERT INTO queue_sessions (holder, expires_at) VALUES (?, ?) RETURNING id',
    ),
    renewSession: one('UPDATE queue_sessions SET expires_at = ? WHERE id = ?'),
    orphanSession: one('UPDATE queue_sessions SET holder = NULL WHERE id = ?'),
    clock: value<number>("SELECT value FROM queue_meta WHERE key = 'clock'"),
    noteClock: one("INSERT OR REPLACE INTO queue_meta VALUES ('clock', ?)"),
    setSessionsBack: one('UPDATE queue_sessions SET expires_at = expires_at - ?'),
    setHoldsBack: one(
      'UPDATE queue_messages SET held_until = max(0, held_until - ?) WHERE state = 2 AND session > 0',
    ),
    deleteSession: one('DELETE FROM queue_sessions WHERE id = ?'),
    // Not those whose leases were all extended beyond now: they would take the places of ones with work.
    lapsedSessions: value<number>(
      `SELECT id FROM queue_sessions s WHERE expires_at <= +? AND (
         EXISTS (SELECT 1 FROM queue_messages WHERE session = s.id AND state = 2 AND held_until <= +?)
         OR NOT EXISTS (SELECT 1 FROM queue_messages WHERE session = s.id AND state = 2)) LIMIT +?`,
    ),
    nextLapse: value<number | null>(
      'SELECT min(expires_at) FROM queue_sessions WHERE id <> +? AND expires_at > +?',
    ),
    nextHeldUntil: value<number | null>(
      `SELECT min(held_until) FROM queue_sessions s CROSS JOIN queue_messages m ON m.session = s.id AND m.state = 2
       WHERE s.expires_at <= +?`,
    ),
    leasesOf: one<MessageRow>(
      `SELECT ${MESSAGE} FROM queue_messages WHERE session = +? AND state = 2 AND held_until <= +? ORDER BY seq LIMIT +?`,
    ),
    adopt: one('UPDATE queue_messages SET session = ? WHERE session = ? AND state = 2 AND held_until > ?'),
    countLeases: value<number>('SELECT count(*) FROM queue_messages WHERE session = ? AND state = 2'),
  };
}

function letterStatements(one: Prepare) {
  return {
    letterById: one<LetterRow>('SELECT * FROM queue_letters WHERE queue = ? AND id = ?'),
    oldestLetters: one<LetterRow>('SELECT * FROM queue_letters WHERE queue = +? ORDER BY position LIMIT +?'),
    deleteLetter: one('DELETE FROM queue_letters WHERE queue = ? AND id = ?'),
    insertLetter: one(
      `INSERT INTO queue_letters (queue, position, id, body, bytes, weight, retries, max_retries, group_key,
       expires_at, attempts, error, failed_at)
       SELECT queue, ?, id, body, bytes, sent_at - score, retries, max_retries, group_key, expires_at, ?, ?, ?
       FROM queue_messages WHERE seq = ?`,
    ),
    annotate: one('UPDATE queue_letters SET annotation = ? WHERE queue = ? AND id = ?'),
  };
}
