import { type Executor, query } from './executor.ts';
import type { ControlStore } from './types.ts';

/** What people have paused, in SQL. */
export class SqlControl implements ControlStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async setPaused(scope: string, paused: boolean, by: string, at: number): Promise<void> {
    const facts = { paused_by: by, paused_at: at };
    await this.#executor.write(
      paused
        ? query
            .insertInto('paused_scopes')
            .values({ scope, ...facts })
            .onConflict((conflict) => conflict.column('scope').doUpdateSet(facts))
        : query.deleteFrom('paused_scopes').where('scope', '=', scope),
    );
  }

  async paused(scopes: readonly string[]): Promise<string[]> {
    if (scopes.length === 0) return [];
    const rows = await this.#executor.read(
      query.selectFrom('paused_scopes').select('scope').where('scope', 'in', scopes).orderBy('scope'),
    );
    return rows.map((row) => row.scope);
  }
}
