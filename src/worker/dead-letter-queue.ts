import { toError } from '../errors.ts';
import type { JsonObject } from '../messages/json.ts';
import { MessageSerializer } from '../messages/message-serializer.ts';
import { SCHEMA_VERSION, type WorkerMessage } from '../messages/worker-message.ts';
import type { DeadLetter, DeadLetterAccess, Lease, QueueManager, SettleResult } from '../queue/types.ts';
import { failureInfo } from './settlement.ts';

/** Name under which dead letters travel to tools; each queue keeps its own. */
export const DEAD_LETTER_QUEUE = 'dead_letter_queue';

/** Payload of a {@link DeadLetterMessage}. */
export interface DeadLetterPayload extends JsonObject {
  /** In the wire format. */
  readonly original_message: JsonObject;
  readonly original_queue: string;
  readonly error: string;
  readonly error_type: string;
  readonly stack: string | null;
  /** Milliseconds since the epoch. */
  readonly failed_at: number;
  readonly attempts: number;
  readonly annotation: string | null;
}

/** A dead letter in the form of a message. */
export type DeadLetterMessage = WorkerMessage<'dead_letter', DeadLetterPayload>;

/** What an analysis of a dead letter answers: a note to keep with it, or null for none. */
export type DeadLetterAnalysis = (letter: DeadLetter) => string | null | Promise<string | null>;

/** What came of {@link DeadLetterQueue.processDeadLetters}. */
export interface DeadLetterReport {
  seen: number;
  annotated: number;
  /** Errors of the analysis, with the id of their letter; the others were analysed all the same. */
  errors: { id: string; error: Error }[];
}

/** Letters that one step of `purge` removes. */
const PURGE_STEP = 100;

const serializer = new MessageSerializer();

/**
 * The dead sets of the queues, as people and tools work with them. Each letter keeps the original message, the
 * error with its type and stack, the time and the attempts. Only requeue, discard and retention remove one.
 */
export class DeadLetterQueue {
  readonly #queues: Pick<QueueManager, 'bury' | 'deadLetters'>;

  constructor(queues: Pick<QueueManager, 'bury' | 'deadLetters'>) {
    this.#queues = queues;
  }

  /** Ends a message that is held: it is not tried any more. */
  async sendToDlq(lease: Lease, error: unknown): Promise<SettleResult> {
    return await this.#queues.bury(lease, failureInfo(toError(error)));
  }

  /** Shows every letter that has no note yet to `analyse`, oldest first, and keeps what it answers with the letter. */
  async processDeadLetters(
    queue: string,
    analyse: DeadLetterAnalysis,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<DeadLetterReport> {
    const report: DeadLetterReport = { seen: 0, annotated: 0, errors: [] };
    for await (const letter of this.letters(queue)) {
      if (signal?.aborted) break;
      if (letter.annotation !== undefined) continue;
      report.seen += 1;
      try {
        const note = await analyse(letter);
        if (note !== null && (await this.#queues.deadLetters.annotate(queue, letter.id, note))) {
          report.annotated += 1;
        }
      } catch (thrown) {
        report.errors.push({ id: letter.id, error: toError(thrown) });
      }
    }
    return report;
  }

  /** All letters of a queue, oldest first, read page by page. */
  async *letters(queue: string): AsyncGenerator<DeadLetter> {
    let cursor: string | undefined;
    do {
      const page = await this.#queues.deadLetters.list(queue, cursor === undefined ? {} : { cursor });
      yield* page.letters;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  /** Puts letters back; see `DeadLetterAccess.requeue`. */
  async requeue(...args: Parameters<DeadLetterAccess['requeue']>): Promise<number> {
    return await this.#queues.deadLetters.requeue(...args);
  }

  /** Removes letters for good; see `DeadLetterAccess.discard`. */
  async discard(...args: Parameters<DeadLetterAccess['discard']>): Promise<number> {
    return await this.#queues.deadLetters.discard(...args);
  }

  /**
   * Retention: removes for good what died before a time, oldest first and in bounded steps; answers how many.
   * @param before milliseconds since the epoch @param options `signal` ends it between two steps
   */
  async purge(queue: string, before: number, { signal }: { signal?: AbortSignal } = {}): Promise<number> {
    const { deadLetters } = this.#queues;
    for (let removed = 0; ; ) {
      const { letters } = await deadLetters.list(queue, { limit: PURGE_STEP });
      const ids = letters.filter(({ failedAt }) => failedAt < before).map(({ id }) => id);
      if (ids.length === 0 || signal?.aborted) return removed;
      removed += await deadLetters.discard(queue, { ids });
    }
  }
}

/** A letter as a message: id `dlq_<id>`, priority 0, and never a dead letter itself. */
export function toDeadLetterMessage(letter: DeadLetter): DeadLetterMessage {
  const { message, error, failedAt, attempts, annotation } = letter;
  return {
    id: `dlq_${letter.id}`,
    type: 'dead_letter',
    payload: {
      original_message: JSON.parse(serializer.serialize(message)) as JsonObject,
      original_queue: letter.queue,
      error: error.message,
      error_type: error.type,
      stack: error.stack ?? null,
      failed_at: failedAt,
      attempts,
      annotation: annotation ?? null,
    },
    priority: 0,
    retryCount: 0,
    maxRetries: 0,
    timestamp: failedAt,
    schemaVersion: SCHEMA_VERSION,
    ...(message.correlationId !== undefined && { correlationId: message.correlationId }),
  };
}
