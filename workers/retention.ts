import { QUEUES } from '../src/messages/queues.ts';
import type { QueueManager } from '../src/queue/types.ts';
import type { Store } from '../src/store/types.ts';
import { DeadLetterQueue } from '../src/worker/dead-letter-queue.ts';
import {
  type ScheduledOptions,
  type ScheduledTick,
  ScheduledWorker,
} from '../src/worker/scheduled-worker.ts';

/** Options of {@link RetentionWorker}. */
export interface RetentionOptions extends Omit<ScheduledOptions, 'name' | 'schedule' | 'slotStore'> {
  store: Pick<Store, 'deliveries' | 'history' | 'contents' | 'slots'>;
  queues: Pick<QueueManager, 'bury' | 'deadLetters'>;
  /** Milliseconds that timelines, diagnoses and attempts are kept, >= 86400000; default 90 days. */
  historyMs?: number;
  /** Milliseconds that dead letters are kept, >= 86400000; default 90 days. */
  deadLettersMs?: number;
  /** Milliseconds that deliveries which are done are kept, >= 86400000; default 7 days. */
  deliveriesMs?: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A message that names a stored patch expires after a day. */
const CONTENTS_MS = 7 * DAY_MS;

/** Rows of one table that one statement removes: other writers wait for it. */
const BATCH = 500;

/**
 * Removes what is old, every hour. Deliveries stay longer than GitHub can send them again (three days, seven on an
 * Enterprise Server), so that one which comes again is known; those that are open or dead wait for a person.
 */
export class RetentionWorker extends ScheduledWorker {
  readonly #options: RetentionOptions;
  readonly #letters: DeadLetterQueue;

  constructor(options: RetentionOptions) {
    super({
      jitterMs: HOUR_MS / 4,
      ...options,
      name: 'retention',
      schedule: { everyMs: HOUR_MS },
      slotStore: options.store.slots,
    });
    this.#options = options;
    this.#letters = new DeadLetterQueue(options.queues);
  }

  protected override async runTick({ signal, clock, logger }: ScheduledTick): Promise<void> {
    const { store, ...ages } = this.#options;
    const { historyMs = 90 * DAY_MS, deadLettersMs = 90 * DAY_MS, deliveriesMs = 7 * DAY_MS } = ages;
    const now = clock.now();
    const purges = [
      () => store.deliveries.purge(now - deliveriesMs, BATCH),
      () => store.history.purge(now - historyMs, BATCH),
      () => store.contents.purge(now - CONTENTS_MS, BATCH),
    ];
    let removed = 0;
    for (const purge of purges) {
      for (let count = await purge(); count > 0; count = await purge()) {
        removed += count;
        signal.throwIfAborted();
      }
    }
    for (const queue of Object.values(QUEUES)) {
      removed += await this.#letters.purge(queue, now - deadLettersMs, { signal });
      signal.throwIfAborted();
    }
    if (removed > 0) logger.info({ removed }, 'removed what was old');
  }
}
