import { sql } from 'kysely';
import { type Executor, query } from './executor.ts';
import type { FixAttemptRecord, FixAttemptStatus, FixAttemptStore, FixOutcomeKind } from './types.ts';

const COLUMNS = [
  'id',
  'repository_id as repositoryId',
  'pr_number as prNumber',
  'head_sha as headSha',
  'check_run_id as checkRunId',
  'strategy',
  'content_digest as contentDigest',
  'reverse_digest as reverseDigest',
  'status',
  'result',
  'reason',
  'created_at as createdAt',
  'updated_at as updatedAt',
  'outcome',
] as const;

/** Fix attempts in SQL. */
export class SqlFixAttempts implements FixAttemptStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async plan(record: FixAttemptRecord): Promise<FixAttemptRecord> {
    await this.#executor.write(
      query
        .insertInto('fix_attempts')
        .values({
          id: record.id,
          repository_id: record.repositoryId,
          pr_number: record.prNumber,
          head_sha: record.headSha,
          check_run_id: record.checkRunId,
          strategy: record.strategy,
          content_digest: record.contentDigest,
          reverse_digest: record.reverseDigest,
          status: record.status,
          result: record.result,
          reason: record.reason,
          created_at: record.createdAt,
          updated_at: record.updatedAt,
          outcome: record.outcome,
        })
        .onConflict((conflict) => conflict.column('id').doNothing()),
    );
    return (await this.find(record.id)) ?? record;
  }

  async finish(
    id: string,
    end: { status: FixAttemptStatus; result?: string; reason?: string; at: number },
  ): Promise<void> {
    await this.#executor.write(
      query
        .updateTable('fix_attempts')
        .set({
          status: end.status,
          result: end.result ?? null,
          reason: end.reason ?? null,
          updated_at: end.at,
        })
        .where('id', '=', id),
    );
  }

  async find(id: string): Promise<FixAttemptRecord | null> {
    const [record] = await this.#executor.read(
      query.selectFrom('fix_attempts').select(COLUMNS).where('id', '=', id),
    );
    return record ?? null;
  }

  async listByPullRequest(repositoryId: string, prNumber: number): Promise<FixAttemptRecord[]> {
    return await this.#executor.read(
      query
        .selectFrom('fix_attempts')
        .select(COLUMNS)
        .where('repository_id', '=', repositoryId)
        .where('pr_number', '=', prNumber)
        .orderBy('created_at', 'desc')
        // The ways of one patch are tried within a millisecond.
        .orderBy(sql`rowid`, 'desc'),
    );
  }

  async setOutcome(id: string, outcome: FixOutcomeKind): Promise<void> {
    await this.#executor.write(query.updateTable('fix_attempts').set({ outcome }).where('id', '=', id));
  }

  async watching(repositoryId: string, headSha: string, checkName: string): Promise<number[]> {
    const rows = await this.#executor.read(
      query
        .selectFrom('fix_attempts')
        .innerJoin('diagnoses', 'diagnoses.check_run_id', 'fix_attempts.check_run_id')
        .select('fix_attempts.pr_number as number')
        .distinct()
        .where('fix_attempts.repository_id', '=', repositoryId)
        .where('fix_attempts.status', '=', 'applied')
        .where('diagnoses.check_name', '=', checkName)
        .where((eb) => eb.or([eb('outcome', 'is', null), eb('outcome', '!=', 'mended')]))
        .where((eb) =>
          eb.or([
            eb('fix_attempts.result', '=', headSha),
            // A re-run stays on its commit.
            eb.and([
              eb('fix_attempts.head_sha', '=', headSha),
              eb('fix_attempts.strategy', '=', 'rerun_failed_jobs'),
            ]),
          ]),
        ),
    );
    return rows.map(({ number }) => number);
  }
}
