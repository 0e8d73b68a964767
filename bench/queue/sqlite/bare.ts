import Database from 'better-sqlite3';
import { messageOf, priorityOf } from '../messages.ts';

/** Rows a second that a prepared statement inserts, so many in each transaction, with the same durability. */
export function insertBare(file: string, count: number, perTransaction: number): number {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE jobs (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, score INTEGER, body TEXT) STRICT');
  const insert = db.prepare('INSERT INTO jobs (id, score, body) VALUES (?, ?, ?)');
  const startedAt = performance.now();
  for (let first = 0; first < count; first += perTransaction) {
    db.exec('BEGIN IMMEDIATE');
    for (let n = first; n < first + perTransaction; n++) {
      const message = messageOf('bare', n);
      insert.run(message.id, priorityOf(n), JSON.stringify(message));
    }
    db.exec('COMMIT');
  }
  const seconds = (performance.now() - startedAt) / 1000;
  db.close();
  return count / seconds;
}
