import { type Executor, query } from './executor.ts';
import type { CursorStore } from './types.ts';

/** Cursors by name in SQL. */
export class SqlCursors implements CursorStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async get(name: string): Promise<string | null> {
    const [row] = await this.#executor.read(
      query.selectFrom('cursors').select('value').where('name', '=', name),
    );
    return row?.value ?? null;
  }

  async set(name: string, value: string): Promise<void> {
    await this.#executor.write(
      query
        .insertInto('cursors')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value })),
    );
  }
}
