import { type Executor, query } from './executor.ts';
import type { SlotStore } from './types.ts';

/** Ticks of schedules in SQL: compare-and-set on (name, slot), so that one process of a fleet runs each. */
export class SqlSlots implements SlotStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async claim(name: string, slot: number): Promise<boolean> {
    const claimed = await this.#executor.write(
      query
        .insertInto('schedule_slots')
        .values({ name, slot })
        .onConflict((conflict) =>
          conflict.column('name').doUpdateSet({ slot }).whereRef('excluded.slot', '>', 'schedule_slots.slot'),
        )
        .returning('name'),
    );
    return claimed.length > 0;
  }
}
