import type { Clock } from '../clock.ts';
import { TransientError } from '../errors.ts';

/** Where budgets are counted; `BudgetStore` of the store is one that all processes share. */
export interface BudgetLedger {
  /** Takes `cost` out of every window or of none; answers 0, or the milliseconds after which it may be there. */
  take(
    name: string,
    cost: number,
    windows: readonly { ms: number; max: number }[],
    now: number,
  ): Promise<number>;
  /** Closes a budget for everybody. */
  block(name: string, until: number): Promise<void>;
  /** Until when a budget is closed, in milliseconds since the epoch; 0 when it never was. */
  blockedUntil(name: string): Promise<number>;
}

/** What an installation may be asked for. */
export interface BudgetLimits {
  /** Writes a minute, >= 1; an hour's are 6.25 times as many. Default 64: 80 % of GitHub's 80 and 500. */
  readonly writesPerMinute: number;
  /** Points a minute, >= 40: a read is 1, a write 5. Default 720: 80 % of GitHub's 900. */
  readonly pointsPerMinute: number;
}

/** Source: GitHub's "Rate limits for the REST API", secondary limits; a fifth is left to others. */
export const DEFAULT_LIMITS: BudgetLimits = { writesPerMinute: 64, pointsPerMinute: 720 };

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const HOURLY_FACTOR = 500 / 80;

const READ_POINTS = 1;
const WRITE_POINTS = 5;

/** Points are fetched by the block, so that not every read is a write to the ledger. */
const POINTS_PER_BLOCK = 36;

/** A block that was not used up is given up after this long: the ledger counts it when it was fetched. */
const BLOCK_MS = 10_000;

/** A limit is not believed for longer than this: GitHub's windows are an hour. */
const MAX_BLOCK_MS = HOUR_MS;

/**
 * What one installation may be asked for, over all processes that share a ledger: GitHub's secondary limits, and
 * the end of a limit that one of them was told of. Asking on while limited can get an App banned.
 */
export class InstallationBudget {
  readonly #ledger: BudgetLedger;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #limits: BudgetLimits;
  #block: { points: number; until: number } = { points: 0, until: 0 };

  constructor(ledger: BudgetLedger, installationId: string, clock: Clock, limits = DEFAULT_LIMITS) {
    this.#ledger = ledger;
    this.#name = `installation ${installationId}`;
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Must be asked before each request.
   * @throws TransientError `rate_limited` with the wait, when there is no budget left, or GitHub limits
   */
  async admit(writes: boolean): Promise<void> {
    await this.checkOpen();
    const { writesPerMinute, pointsPerMinute } = this.#limits;
    await this.#takePoints(writes ? WRITE_POINTS : READ_POINTS, pointsPerMinute);
    if (!writes) return;
    await this.#take('writes', 1, [
      { ms: MINUTE_MS, max: writesPerMinute },
      { ms: HOUR_MS, max: Math.floor(writesPerMinute * HOURLY_FACTOR) },
    ]);
  }

  /** @throws TransientError `rate_limited` with the rest of the wait, while GitHub limits the installation */
  async checkOpen(): Promise<void> {
    const until = await this.#ledger.blockedUntil(this.#name);
    const waitMs = Math.min(until - this.#clock.now(), MAX_BLOCK_MS);
    if (waitMs > 0) throw limited('GitHub limits the installation', waitMs);
  }

  /** Takes note of an error, if it is a limit. */
  async note(error: Error): Promise<void> {
    if (!(error instanceof TransientError) || error.code !== 'rate_limited') return;
    await this.#ledger.block(this.#name, this.#clock.now() + (error.retryAfterMs ?? 0));
  }

  async #takePoints(cost: number, perMinute: number): Promise<void> {
    const now = this.#clock.monotonic();
    if (this.#block.points < cost || now >= this.#block.until) {
      await this.#take('points', POINTS_PER_BLOCK, [{ ms: MINUTE_MS, max: perMinute }]);
      this.#block = { points: POINTS_PER_BLOCK, until: now + BLOCK_MS };
    }
    this.#block.points -= cost;
  }

  async #take(kind: string, cost: number, windows: { ms: number; max: number }[]): Promise<void> {
    const waitMs = await this.#ledger.take(`${this.#name} ${kind}`, cost, windows, this.#clock.now());
    if (waitMs > 0) throw limited(`the ${kind} of the installation are used up`, waitMs);
  }
}

function limited(message: string, retryAfterMs: number): TransientError {
  return new TransientError('rate_limited', message, { retryAfterMs });
}
