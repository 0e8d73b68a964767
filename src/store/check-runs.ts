import { sql } from 'kysely';
import { type Executor, query } from './executor.ts';
import type { CheckRunRecord, CheckRunStore } from './types.ts';

const COLUMNS = [
  'id',
  'repository_id as repositoryId',
  'head_sha as headSha',
  'name',
  'app_slug as appSlug',
  'conclusion',
  'pr_number as prNumber',
  'completed_at as completedAt',
  'suite_id as suiteId',
] as const;

/** Check runs in SQL. */
export class SqlCheckRuns implements CheckRunStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async upsert(record: CheckRunRecord): Promise<void> {
    const facts = {
      repository_id: record.repositoryId,
      head_sha: record.headSha,
      name: record.name,
      app_slug: record.appSlug,
      conclusion: record.conclusion,
      // A check of a fork names no pull request, and one of a commit before the pull request has none yet.
      pr_number: record.prNumber ?? openedFrom(record),
      completed_at: record.completedAt,
      suite_id: record.suiteId,
    };
    await this.#executor.write(
      query
        .insertInto('check_runs')
        .values({ id: record.id, ...facts })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(facts)),
    );
  }

  async find(id: string): Promise<CheckRunRecord | null> {
    const [record] = await this.#executor.read(
      query.selectFrom('check_runs').select(COLUMNS).where('id', '=', id),
    );
    return record ?? null;
  }

  async listByHead(repositoryId: string, headSha: string): Promise<CheckRunRecord[]> {
    return await this.#executor.read(
      query
        .selectFrom('check_runs')
        .select(COLUMNS)
        .where('repository_id', '=', repositoryId)
        .where('head_sha', '=', headSha)
        .orderBy('id'),
    );
  }
}

/** Number of the oldest pull request with the record's head. */
function openedFrom({ repositoryId, headSha }: CheckRunRecord) {
  return sql<number | null>`(SELECT min(number) FROM pull_requests
    WHERE repository_id = ${repositoryId} AND head_sha = ${headSha})`;
}
