import { sql } from 'kysely';
import { type Executor, query } from './executor.ts';
import type { HistoryStore } from './types.ts';

/** What is kept for a time, and the column that tells its age. */
const AGES = [
  ['timeline', 'at'],
  ['diagnoses', 'created_at'],
  ['fix_attempts', 'created_at'],
  ['check_runs', 'completed_at'],
  ['person_requests', 'at'],
  ['ignored_failures', 'at'],
  ['own_comments', 'at'],
  ['holds', 'held_at'],
] as const;

/** Removal of what is old, in SQL. */
export class SqlHistory implements HistoryStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async purge(before: number, limit: number): Promise<number> {
    let removed = 0;
    for (const [table, column] of AGES) {
      const old = query
        .selectFrom(table)
        .select(sql<number>`rowid`.as('rowid'))
        .where(sql<number>`${sql.ref(column)}`, '<', before)
        .limit(limit);
      const rows = await this.#executor.write(
        query.deleteFrom(table).where(sql`rowid`, 'in', old).returning(sql<number>`1`.as('one')),
      );
      removed += rows.length;
    }
    return removed;
  }
}
