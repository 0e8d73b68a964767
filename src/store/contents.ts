import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type Executor, query } from './executor.ts';
import type { ContentStore } from './types.ts';

/** Texts by the hex sha-256 of their bytes. */
export class SqlContents implements ContentStore {
  readonly #executor: Executor;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(executor: Executor, clock: Pick<Clock, 'now'>) {
    this.#executor = executor;
    this.#clock = clock;
  }

  async save(content: string): Promise<string> {
    const savedAt = this.#clock.now();
    const id = createHash('sha256').update(content).digest('hex');
    await this.#executor.write(
      query
        .insertInto('contents')
        .values({ id, content, saved_at: savedAt })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ saved_at: savedAt })),
    );
    return id;
  }

  async read(id: string): Promise<string | null> {
    const [row] = await this.#executor.read(
      query.selectFrom('contents').select('content').where('id', '=', id),
    );
    return row?.content ?? null;
  }

  async purge(before: number, limit: number): Promise<number> {
    const old = query.selectFrom('contents').select('id').where('saved_at', '<', before).limit(limit);
    const removed = await this.#executor.write(
      query.deleteFrom('contents').where('id', 'in', old).returning('id'),
    );
    return removed.length;
  }
}
