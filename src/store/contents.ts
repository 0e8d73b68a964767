import { createHash } from 'node:crypto';
import { type Executor, query } from './executor.ts';
import type { ContentStore } from './types.ts';

/** Texts by the hex sha-256 of their bytes. */
export class SqlContents implements ContentStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async save(content: string): Promise<string> {
    const id = createHash('sha256').update(content).digest('hex');
    await this.#executor.write(
      query
        .insertInto('contents')
        .values({ id, content })
        .onConflict((conflict) => conflict.doNothing()),
    );
    return id;
  }

  async read(id: string): Promise<string | null> {
    const [row] = await this.#executor.read(
      query.selectFrom('contents').select('content').where('id', '=', id),
    );
    return row?.content ?? null;
  }
}
