import { type Executor, query } from './executor.ts';
import type { InstallationStore, RepositoryRecord } from './types.ts';

/** Tables of what has happened in a repository. */
const HISTORY_TABLES = [
  'check_runs',
  'diagnoses',
  'fix_attempts',
  'holds',
  'timeline',
  'person_requests',
  'ignored_failures',
  'own_comments',
] as const;

/** Installations of the App and their repositories in SQL. */
export class SqlInstallations implements InstallationStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async upsert({
    id,
    account,
    suspended,
  }: {
    id: string;
    account: string;
    suspended: boolean;
  }): Promise<void> {
    const facts = { account, suspended: Number(suspended) };
    await this.#executor.write(
      query
        .insertInto('installations')
        .values({ id, ...facts })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(facts)),
    );
  }

  async remove(installationId: string): Promise<void> {
    const listed = query
      .selectFrom('repositories')
      .select('id')
      .where('installation_id', '=', installationId);
    // Pull requests may be known of repositories that no event listed.
    const repositories = listed.union(
      query
        .selectFrom('pull_requests')
        .select('repository_id as id')
        .where('installation_id', '=', installationId),
    );
    await this.#executor.write(
      ...HISTORY_TABLES.map((table) => query.deleteFrom(table).where('repository_id', 'in', repositories)),
      query.deleteFrom('deliveries').where('installation_id', '=', installationId),
      query.deleteFrom('pull_requests').where('installation_id', '=', installationId),
      query.deleteFrom('repositories').where('installation_id', '=', installationId),
      query.deleteFrom('installations').where('id', '=', installationId),
    );
  }

  async addRepositories(repositories: readonly RepositoryRecord[]): Promise<void> {
    if (repositories.length === 0) return;
    const [last, ...others] = repositories.map((repository) => {
      const facts = {
        installation_id: repository.installationId,
        owner: repository.owner,
        name: repository.name,
        private: Number(repository.private),
      };
      return query
        .insertInto('repositories')
        .values({ id: repository.id, ...facts })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(facts));
    });
    if (last) await this.#executor.write(...others, last);
  }

  async removeRepositories(installationId: string, repositoryIds: readonly string[]): Promise<void> {
    if (repositoryIds.length === 0) return;
    const others = query
      .selectFrom('repositories')
      .select('id')
      .where('id', 'in', repositoryIds)
      .where('installation_id', '!=', installationId);
    await this.#executor.write(
      ...[...HISTORY_TABLES, 'pull_requests' as const, 'deliveries' as const].map((table) =>
        query
          .deleteFrom(table)
          .where('repository_id', 'in', repositoryIds)
          .where('repository_id', 'not in', others),
      ),
      query
        .deleteFrom('repositories')
        .where('installation_id', '=', installationId)
        .where('id', 'in', repositoryIds),
    );
  }

  async list(): ReturnType<InstallationStore['list']> {
    const [installations, repositories] = await Promise.all([
      this.#executor.read(query.selectFrom('installations').selectAll().orderBy('id')),
      this.#executor.read(query.selectFrom('repositories').selectAll().orderBy('owner').orderBy('name')),
    ]);
    return installations.map(({ id, account, suspended }) => ({
      id,
      account,
      suspended: suspended === 1,
      repositories: repositories
        .filter((row) => row.installation_id === id)
        .map((row) => ({
          id: row.id,
          installationId: id,
          owner: row.owner,
          name: row.name,
          private: row.private === 1,
        })),
    }));
  }
}
