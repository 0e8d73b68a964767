import { SqliteDatabase } from '../../sqlite/database.ts';
import type { SlotStore } from '../slot-store.ts';

const TABLE = `CREATE TABLE IF NOT EXISTS worker_slots (
  name TEXT PRIMARY KEY,
  slot INTEGER NOT NULL
) STRICT, WITHOUT ROWID`;

const CLAIM = `INSERT INTO worker_slots (name, slot) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET slot = excluded.slot WHERE excluded.slot > worker_slots.slot`;

/** Slots in an SQLite file, for all processes of one machine; may be the file of the queues. */
export class SqliteSlotStore implements SlotStore {
  readonly #database: SqliteDatabase;

  private constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /**
   * Opens or creates the file, and its table.
   * @throws DatabaseError if it cannot be opened or written
   */
  static async open(path: string): Promise<SqliteSlotStore> {
    const database = await SqliteDatabase.open(path);
    try {
      await database.batch([{ sql: TABLE }]);
      return new SqliteSlotStore(database);
    } catch (thrown) {
      await database.close();
      throw thrown;
    }
  }

  /** @throws DatabaseError if the file cannot be written, or the store is closed */
  async claim(name: string, slot: number): Promise<boolean> {
    const [result] = await this.#database.batch([{ sql: CLAIM, params: [name, slot] }]);
    return result?.changes === 1;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#database.close();
  }
}
