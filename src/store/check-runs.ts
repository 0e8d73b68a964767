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
      pr_number: record.prNumber,
      completed_at: record.completedAt,
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
