import type { BudgetLedger } from './budget.ts';

interface Use {
  readonly at: number;
  readonly cost: number;
}

/** Budgets of a process that shares them with no other. */
export class MemoryLedger implements BudgetLedger {
  readonly #uses = new Map<string, Use[]>();
  readonly #blocked = new Map<string, number>();

  async take(
    name: string,
    cost: number,
    windows: readonly { ms: number; max: number }[],
    now: number,
  ): Promise<number> {
    const longest = Math.max(...windows.map(({ ms }) => ms));
    const uses = (this.#uses.get(name) ?? []).filter(({ at }) => at > now - longest);
    this.#uses.set(name, uses);
    const waitMs = Math.max(
      ...windows.map(({ ms, max }) =>
        waitFor(
          uses.filter(({ at }) => at > now - ms),
          max - cost,
          now - ms,
        ),
      ),
    );
    if (waitMs === 0) uses.push({ at: now, cost });
    return waitMs;
  }

  async block(name: string, until: number): Promise<void> {
    this.#blocked.set(name, Math.max(until, await this.blockedUntil(name)));
  }

  async blockedUntil(name: string): Promise<number> {
    return this.#blocked.get(name) ?? 0;
  }
}

/** Milliseconds until so many of the oldest uses have left a window that those left are no more than `room`. */
function waitFor(uses: readonly Use[], room: number, windowStart: number): number {
  let sum = uses.reduce((total, { cost }) => total + cost, 0);
  let waitMs = 0;
  for (const { at, cost } of uses) {
    if (sum <= room) break;
    sum -= cost;
    waitMs = at - windowStart;
  }
  return waitMs;
}
