import { type Executor, query } from './executor.ts';

/** A failure that a person told us to leave alone on one pull request. */
export interface IgnoredFailure {
  /** Of the diagnosis. */
  fingerprint: string;
  /** Login. */
  ignoredBy: string;
}

export interface IgnoredFailureStore {
  /** Failures that are ignored already stay as they are. */
  add(repositoryId: string, prNumber: number, failures: readonly IgnoredFailure[], at: number): Promise<void>;
  /** Ends all of a pull request. */
  clear(repositoryId: string, prNumber: number): Promise<void>;
  find(repositoryId: string, prNumber: number, fingerprint: string): Promise<IgnoredFailure | null>;
}

/** Ignored failures in SQL. */
export class SqlIgnoredFailures implements IgnoredFailureStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async add(
    repositoryId: string,
    prNumber: number,
    failures: readonly IgnoredFailure[],
    at: number,
  ): Promise<void> {
    if (failures.length === 0) return;
    await this.#executor.write(
      query
        .insertInto('ignored_failures')
        .values(
          failures.map(({ fingerprint, ignoredBy }) => ({
            repository_id: repositoryId,
            pr_number: prNumber,
            fingerprint,
            ignored_by: ignoredBy,
            at,
          })),
        )
        .onConflict((conflict) => conflict.doNothing()),
    );
  }

  async clear(repositoryId: string, prNumber: number): Promise<void> {
    await this.#executor.write(
      query
        .deleteFrom('ignored_failures')
        .where('repository_id', '=', repositoryId)
        .where('pr_number', '=', prNumber),
    );
  }

  async find(repositoryId: string, prNumber: number, fingerprint: string): Promise<IgnoredFailure | null> {
    const [row] = await this.#executor.read(
      query
        .selectFrom('ignored_failures')
        .select(['fingerprint', 'ignored_by as ignoredBy'])
        .where('repository_id', '=', repositoryId)
        .where('pr_number', '=', prNumber)
        .where('fingerprint', '=', fingerprint),
    );
    return row ?? null;
  }
}
