import { sql } from 'kysely';
import { type Executor, query } from './executor.ts';

/** How the fixes for one category of failures went. */
export interface ScoreboardRow {
  category: string;
  /** Fixes that were carried out and change something: commits, merges of the base, re-runs. */
  tried: number;
  mended: number;
  /** The check failed again as before. */
  sameFailure: number;
  /** Something failed after the fix that had not before. */
  madeWorse: number;
  /** No check has told yet. */
  open: number;
}

export interface ScoreboardStore {
  /** Most tried first. */
  read(): Promise<ScoreboardRow[]>;
}

/** What became of the fixes, counted in SQL. */
export class SqlScoreboard implements ScoreboardStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async read(): Promise<ScoreboardRow[]> {
    const count = (outcome: string | null) =>
      sql<number>`sum(CASE WHEN outcome IS ${outcome} THEN 1 ELSE 0 END)`;
    return await this.#executor.read(
      query
        .selectFrom('fix_attempts')
        .leftJoin('diagnoses', 'diagnoses.check_run_id', 'fix_attempts.check_run_id')
        .select(({ fn }) => [
          sql<string>`coalesce(json_extract(diagnosis, '$.category'), 'unknown')`.as('category'),
          fn.countAll<number>().as('tried'),
          count('mended').as('mended'),
          count('same_failure').as('sameFailure'),
          count('new_failure').as('madeWorse'),
          count(null).as('open'),
        ])
        .where('status', '=', 'applied')
        .where('strategy', 'in', ['apply_patch', 'update_branch', 'rerun_failed_jobs'])
        .groupBy(sql`1`)
        .orderBy('tried', 'desc')
        .orderBy(sql`1`),
    );
  }
}
