import { sql } from 'kysely';
import { type Executor, query } from './executor.ts';

/** At most `max` in any `ms` milliseconds. `ms` is a multiple of 10 000. */
export interface BudgetWindow {
  readonly ms: number;
  readonly max: number;
}

/** Budgets by name, shared by all processes of an installation of Checkmend. */
export interface BudgetStore {
  /**
   * Takes `cost` out of every window, or out of none.
   * @param now milliseconds since the epoch
   * @returns 0 when it was taken, else the milliseconds after which it may be there
   */
  take(name: string, cost: number, windows: readonly BudgetWindow[], now: number): Promise<number>;
  /** Closes a budget; an earlier end than the one that is known changes nothing. */
  block(name: string, until: number): Promise<void>;
  /** Until when it is closed, in milliseconds since the epoch; 0 when it never was. */
  blockedUntil(name: string): Promise<number>;
}

/** Use is counted in slots of this length, so a window is never overdrawn, and refilled that much later at most. */
const SLOT_MS = 10_000;

/** Budgets in SQL. A budget is taken by one statement: two processes cannot both take the last of it. */
export class SqlBudgets implements BudgetStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async take(name: string, cost: number, windows: readonly BudgetWindow[], now: number): Promise<number> {
    const slot = Math.floor(now / SLOT_MS);
    const oldest = Math.min(...windows.map((window) => firstSlot(window, slot)));
    const taken = await this.#executor.write(
      query.deleteFrom('budget_slots').where('name', '=', name).where('slot', '<', oldest),
      query
        .insertInto('budget_slots')
        .columns(['name', 'slot', 'used'])
        .expression(
          query
            .selectNoFrom([sql.val(name).as('name'), sql.val(slot).as('slot'), sql.val(cost).as('used')])
            .where(({ and, eb }) =>
              and(
                windows.map((window) =>
                  eb(used(name, firstSlot(window, slot), slot), '<=', window.max - cost),
                ),
              ),
            ),
        )
        .onConflict((conflict) =>
          conflict
            .columns(['name', 'slot'])
            .doUpdateSet((eb) => ({ used: eb('budget_slots.used', '+', cost) })),
        )
        .returning('used'),
    );
    return taken.length > 0 ? 0 : await this.#waitMs(name, cost, windows, now);
  }

  async block(name: string, until: number): Promise<void> {
    await this.#executor.write(
      query
        .insertInto('budget_blocks')
        .values({ name, until })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ until })
            .whereRef('excluded.until', '>', 'budget_blocks.until'),
        ),
    );
  }

  async blockedUntil(name: string): Promise<number> {
    const [row] = await this.#executor.read(
      query.selectFrom('budget_blocks').select('until').where('name', '=', name),
    );
    return row?.until ?? 0;
  }

  /** When so many old slots have left every window that there is room again. */
  async #waitMs(name: string, cost: number, windows: readonly BudgetWindow[], now: number): Promise<number> {
    const slot = Math.floor(now / SLOT_MS);
    const rows = await this.#executor.read(
      query
        .selectFrom('budget_slots')
        .select(['slot', 'used'])
        .where('name', '=', name)
        .where('slot', '<=', slot)
        .orderBy('slot'),
    );
    const freeAt = windows.map((window) => {
      const within = rows.filter((row) => row.slot >= firstSlot(window, slot));
      let over = within.reduce((sum, row) => sum + row.used, 0) + cost - window.max;
      let at = slot;
      for (const row of within) {
        if (over <= 0) break;
        over -= row.used;
        at = row.slot + window.ms / SLOT_MS + 1;
      }
      return at * SLOT_MS;
    });
    return Math.max(1, ...freeAt.map((at) => at - now));
  }
}

/** The oldest slot that may share a moment with the window that ends in `slot`. */
function firstSlot({ ms }: BudgetWindow, slot: number): number {
  return slot - ms / SLOT_MS;
}

function used(name: string, first: number, last: number) {
  return query
    .selectFrom('budget_slots as taken')
    .select(({ fn }) => fn.coalesce(fn.sum<number>('taken.used'), sql.val(0)).as('used'))
    .where('taken.name', '=', name)
    .where('taken.slot', '>=', first)
    .where('taken.slot', '<=', last);
}
