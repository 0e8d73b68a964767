import { setTimeout as sleep } from 'node:timers/promises';
import { QueueError } from '../../../src/errors.ts';
import type { QueueManager, SendItem, SendOutcome } from '../../../src/queue/types.ts';
import { QUEUE } from './facts.ts';
import type { Ledger } from './ledger.ts';

/** Ids that are sent again and again. */
const POOL = 20;
const GROUPS = 8;

/** Sends messages of all kinds, one call after the other, and enters what came of them. */
export class Producer {
  readonly #manager: QueueManager;
  readonly #ledger: Ledger;
  readonly #random: () => number;
  #version = 0;

  constructor(manager: QueueManager, ledger: Ledger, random: () => number) {
    this.#manager = manager;
    this.#ledger = ledger;
    this.#random = random;
  }

  /** Sends until the signal aborts, about a hundred messages a second. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#send();
      await sleep(this.#random() * 60);
    }
  }

  async #send(): Promise<void> {
    const dice = this.#random();
    const items = Array.from({ length: dice < 0.7 ? 1 : 1 + Math.floor(this.#random() * 10) }, () =>
      this.#item(),
    );
    const outcomes = await this.#manager.sendMessages(QUEUE, items);
    for (const [i, { message }] of items.entries()) {
      this.#ledger.sent(message.id, Number(message.payload.version), resultOf(outcomes[i]));
    }
    // A letter that goes back is no new message.
    if (this.#random() < 0.02) await this.#manager.deadLetters.requeue(QUEUE, { limit: 3 }).catch(() => 0);
  }

  #item(): SendItem {
    const version = ++this.#version;
    const often = this.#random() < 0.2;
    const id = often ? `p${Math.floor(this.#random() * POOL)}` : `m${version}`;
    const grouped = this.#random() < 0.3;
    const delayed = this.#random() < 0.2;
    const message = {
      id,
      type: 'soak',
      payload: { version },
      priority: Math.floor(this.#random() * 5),
      retryCount: 0,
      maxRetries: often ? 1_000 : 2,
      timestamp: 0,
      ...(grouped && { groupKey: `g${Math.floor(this.#random() * GROUPS)}` }),
    };
    return { message, options: delayed ? { delayMs: Math.floor(this.#random() * 3_000) } : {} };
  }
}

/** @throws Error if it was refused for good: nothing of a soak is */
function resultOf(outcome: SendOutcome | undefined): 'queued' | 'coalesced' | 'unknown' {
  if (outcome?.status !== 'refused') return outcome?.status ?? 'unknown';
  const { error } = outcome;
  if (error instanceof QueueError && error.code === 'unavailable') return 'unknown';
  throw error;
}
