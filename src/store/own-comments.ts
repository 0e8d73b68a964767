import { type Executor, query } from './executor.ts';

export interface OwnCommentStore {
  /** A comment is about to be written on a pull request. */
  note(repositoryId: string, prNumber: number, at: number): Promise<void>;
  /** Is there, or may there be, a comment of ours? */
  has(repositoryId: string, prNumber: number): Promise<boolean>;
}

/** Which pull requests have our comment, in SQL: most have none, and need not be asked for it. */
export class SqlOwnComments implements OwnCommentStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async note(repositoryId: string, prNumber: number, at: number): Promise<void> {
    await this.#executor.write(
      query
        .insertInto('own_comments')
        .values({ repository_id: repositoryId, pr_number: prNumber, at })
        .onConflict((conflict) => conflict.columns(['repository_id', 'pr_number']).doUpdateSet({ at })),
    );
  }

  async has(repositoryId: string, prNumber: number): Promise<boolean> {
    const rows = await this.#executor.read(
      query
        .selectFrom('own_comments')
        .select('at')
        .where('repository_id', '=', repositoryId)
        .where('pr_number', '=', prNumber),
    );
    return rows.length > 0;
  }
}
