import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { type Executor, query } from './executor.ts';
import type { Schema } from './schema.ts';
import type { PullRequestRecord, PullRequestStore, UpsertResult } from './types.ts';

const labels = z.array(z.string());

/** Pull requests in SQL. */
export class SqlPullRequests implements PullRequestStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async upsert(record: PullRequestRecord): Promise<UpsertResult> {
    const row = rowOf(record);
    const { repository_id: _, number: __, ...facts } = row;
    const stored = await this.#executor.write(
      query
        .insertInto('pull_requests')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['repository_id', 'number'])
            .doUpdateSet({ ...facts, head_since: HEAD_SINCE })
            .whereRef('excluded.updated_at', '>=', 'pull_requests.updated_at'),
        )
        .returning('number'),
    );
    return stored.length > 0 ? 'stored' : 'stale';
  }

  async find(repositoryId: string, number: number): Promise<PullRequestRecord | null> {
    return await this.#first(select().where('repository_id', '=', repositoryId).where('number', '=', number));
  }

  async findByName(owner: string, repo: string, number: number): Promise<PullRequestRecord | null> {
    const named = select().where('owner', '=', owner).where('repo', '=', repo).where('number', '=', number);
    // A repository that was deleted and made again has another id under the same name.
    return await this.#first(named.orderBy('updated_at', 'desc').limit(1));
  }

  async headSince(repositoryId: string, number: number, headSha: string): Promise<number | null> {
    const [row] = await this.#executor.read(
      query
        .selectFrom('pull_requests')
        .select('head_since')
        .where('repository_id', '=', repositoryId)
        .where('number', '=', number)
        .where('head_sha', '=', headSha),
    );
    return row?.head_since ?? null;
  }

  async findByHead(repositoryId: string, headSha: string): Promise<PullRequestRecord[]> {
    const rows = await this.#executor.read(
      select().where('repository_id', '=', repositoryId).where('head_sha', '=', headSha).orderBy('number'),
    );
    return rows.map(recordOf);
  }

  async list(options: { state?: 'open' | 'closed'; limit?: number } = {}): Promise<PullRequestRecord[]> {
    let listed = select()
      .orderBy('updated_at', 'desc')
      .limit(options.limit ?? 100);
    if (options.state) listed = listed.where('state', '=', options.state);
    return (await this.#executor.read(listed)).map(recordOf);
  }

  async #first(found: ReturnType<typeof select>): Promise<PullRequestRecord | null> {
    const [row] = await this.#executor.read(found);
    return row ? recordOf(row) : null;
  }
}

/** The older time while the head stays the same. */
const HEAD_SINCE = sql<number>`CASE WHEN excluded.head_sha = pull_requests.head_sha
  THEN pull_requests.head_since ELSE excluded.updated_at END`;

const select = () => query.selectFrom('pull_requests').selectAll();

type Row = Selectable<Schema['pull_requests']>;

function rowOf(record: PullRequestRecord): Row {
  return {
    repository_id: record.repositoryId,
    number: record.number,
    id: record.id,
    installation_id: record.installationId,
    owner: record.owner,
    repo: record.repo,
    title: record.title,
    author: record.author,
    state: record.state,
    merged: Number(record.merged),
    draft: Number(record.draft),
    fork: Number(record.fork),
    maintainer_can_modify: Number(record.maintainerCanModify),
    labels: JSON.stringify(record.labels),
    head_sha: record.headSha,
    head_ref: record.headRef,
    head_repository: record.headRepository,
    base_sha: record.baseSha,
    base_ref: record.baseRef,
    updated_at: record.updatedAt,
    head_since: record.updatedAt,
  };
}

function recordOf(row: Row): PullRequestRecord {
  return {
    repositoryId: row.repository_id,
    number: row.number,
    id: row.id,
    installationId: row.installation_id,
    owner: row.owner,
    repo: row.repo,
    title: row.title,
    author: row.author,
    state: row.state,
    merged: row.merged === 1,
    draft: row.draft === 1,
    fork: row.fork === 1,
    maintainerCanModify: row.maintainer_can_modify === 1,
    labels: labels.parse(JSON.parse(row.labels)),
    headSha: row.head_sha,
    headRef: row.head_ref,
    headRepository: row.head_repository,
    baseSha: row.base_sha,
    baseRef: row.base_ref,
    updatedAt: row.updated_at,
  };
}
