import { z } from 'zod';
import type { RateLimit } from '../../src/github/installations.ts';
import type { CursorStore } from '../../src/store/types.ts';

/** Part of what an installation has left in the hour that reconciliation may use. */
export const RECONCILE_SHARE = 0.1;

/** Requests a tick where the server has no limit, and the most it sends in any case, free ones included. */
export const REQUESTS_PER_TICK = 150;

const spending = z.object({ resetAt: z.int(), spent: z.int() });

/** What reconciliation may ask an installation for: kept in the store, because any process may run the next tick. */
export class Allowance {
  readonly #cursors: CursorStore;
  readonly #name: string;
  readonly #limit: RateLimit | null;
  /** In this hour of GitHub's, by any process. */
  #spent: number;
  /** In this tick, after the limit was read. */
  #charged = 0;
  #requests = 0;

  private constructor(cursors: CursorStore, name: string, limit: RateLimit | null, spent: number) {
    this.#cursors = cursors;
    this.#name = name;
    this.#limit = limit;
    this.#spent = spent;
  }

  static async open(
    cursors: CursorStore,
    installationId: string,
    limit: RateLimit | null,
  ): Promise<Allowance> {
    const name = `reconcile-spent-${installationId}`;
    const known = readSpending(await cursors.get(name));
    return new Allowance(cursors, name, limit, known.resetAt === limit?.resetAt ? known.spent : 0);
  }

  /** Requests that may still be sent. A tenth of what would be left had reconciliation used nothing in this hour. */
  get left(): number {
    const share = this.#limit
      ? Math.floor(RECONCILE_SHARE * (this.#limit.remaining + this.#spent - this.#charged)) - this.#spent
      : Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(share, REQUESTS_PER_TICK - this.#requests));
  }

  /** What this tick has used. */
  get used(): { requests: number; charged: number } {
    return { requests: this.#requests, charged: this.#charged };
  }

  /** @param charged of `requests`, those that count against the limit */
  spend({ requests, charged }: { requests: number; charged: number }): void {
    this.#requests += requests;
    this.#spent += charged;
    this.#charged += charged;
  }

  async save(): Promise<void> {
    if (!this.#limit) return;
    const { resetAt } = this.#limit;
    await this.#cursors.set(this.#name, JSON.stringify({ resetAt, spent: this.#spent }));
  }
}

function readSpending(text: string | null): z.infer<typeof spending> {
  if (text === null) return { resetAt: 0, spent: 0 };
  const result = spending.safeParse(JSON.parse(text));
  return result.success ? result.data : { resetAt: 0, spent: 0 };
}
