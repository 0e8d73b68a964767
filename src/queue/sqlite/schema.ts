import { DatabaseError } from '../../sqlite/errors.ts';
import type { WriterScope } from '../../sqlite/extension.ts';

/** Version of the tables that this build reads and writes. */
const FORMAT_VERSION = 1;

/** Where a message is. A follow-up waits until the message of its id that is not settled is done or dead. */
export const STATE = Object.freeze({ ready: 0, delayed: 1, inFlight: 2, followUp: 3 });

/**
 * `bytes` of a queue are those that wait. `ticket` hands out fencing tokens, turns of groups and positions of
 * letters. The indexes on messages are partial, so that each holds only what is looked for through it.
 */
const FORMAT_1 = `
CREATE TABLE queue_queues (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  paused INTEGER NOT NULL DEFAULT 0,
  ready INTEGER NOT NULL DEFAULT 0,
  delayed INTEGER NOT NULL DEFAULT 0,
  in_flight INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  ticket INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE queue_messages (
  seq INTEGER PRIMARY KEY,
  queue INTEGER NOT NULL,
  id TEXT NOT NULL,
  state INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  score INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  expires_at INTEGER,
  group_key TEXT,
  retries INTEGER NOT NULL,
  max_retries INTEGER NOT NULL,
  token INTEGER NOT NULL DEFAULT 0,
  session INTEGER NOT NULL DEFAULT 0,
  held_until INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX queue_messages_id ON queue_messages (queue, id, (state = 3));
CREATE INDEX queue_messages_ready ON queue_messages (queue, score) WHERE state = 0 AND group_key IS NULL;
CREATE INDEX queue_messages_group ON queue_messages (queue, group_key, state, score) WHERE group_key IS NOT NULL;
CREATE INDEX queue_messages_oldest ON queue_messages (queue, sent_at) WHERE state = 0;
CREATE INDEX queue_messages_due ON queue_messages (queue, due_at) WHERE state = 1;
CREATE INDEX queue_messages_leased ON queue_messages (session) WHERE state = 2;

CREATE TABLE queue_groups (
  queue INTEGER NOT NULL,
  name TEXT NOT NULL,
  running INTEGER NOT NULL DEFAULT 0,
  turn_ended_at INTEGER NOT NULL DEFAULT 0,
  turn INTEGER NOT NULL DEFAULT 0,
  rank INTEGER,
  head INTEGER,
  PRIMARY KEY (queue, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_groups_rank ON queue_groups (queue, rank, turn, head) WHERE rank IS NOT NULL;

CREATE TABLE queue_sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  holder TEXT UNIQUE,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE queue_letters (
  queue INTEGER NOT NULL,
  position INTEGER NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  weight INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  max_retries INTEGER NOT NULL,
  group_key TEXT,
  expires_at INTEGER,
  attempts INTEGER NOT NULL,
  error TEXT NOT NULL,
  failed_at INTEGER NOT NULL,
  annotation TEXT,
  PRIMARY KEY (queue, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX queue_letters_id ON queue_letters (queue, id);
`;

/**
 * Makes the queue's tables, or checks that this build can read those that are there.
 *
 * @throws DatabaseError `format_version` if a newer build wrote them
 */
export function migrate({ db, transaction }: WriterScope): void {
  transaction(() => {
    db.exec(
      'CREATE TABLE IF NOT EXISTS queue_meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    );
    const found = db.prepare("SELECT value FROM queue_meta WHERE key = 'format_version'").pluck().get();
    const version = found === undefined ? 0 : Number(found);
    if (version > FORMAT_VERSION) {
      throw new DatabaseError(
        'format_version',
        `the queues in this file have format ${version}; this build reads up to ${FORMAT_VERSION}`,
      );
    }
    if (version < 1) db.exec(FORMAT_1);
    db.prepare("INSERT OR REPLACE INTO queue_meta VALUES ('format_version', ?)").run(FORMAT_VERSION);
  });
}
