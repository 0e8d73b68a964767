import { QueueError, toError } from '../errors.ts';
import type { WorkerMessage } from '../messages/worker-message.ts';
import type { QueueEngine, SendReply } from './engine.ts';
import { type Envelope, toEnvelope } from './envelope.ts';
import type { ResolvedQueueOptions } from './options.ts';
import { sendBatch } from './send-batch.ts';
import type { SendItem, SendOptions, SendOutcome, SendResult } from './types.ts';
import { checkQueueName, SEND_CHUNK } from './validate.ts';
import type { WaitRoom } from './wait-room.ts';

/** Runs an operation of the engine on behalf of a manager: refused when that is closed. */
export type EngineCall = <T>(operation: (engine: QueueEngine) => Promise<T>) => Promise<T>;

/** The sending half of a manager. */
export class Sender {
  readonly #call: EngineCall;
  readonly #options: ResolvedQueueOptions;
  readonly #room: WaitRoom;

  constructor(call: EngineCall, options: ResolvedQueueOptions, room: WaitRoom) {
    this.#call = call;
    this.#options = options;
    this.#room = room;
  }

  async one(queue: string, message: WorkerMessage, options?: SendOptions): Promise<SendResult> {
    checkQueueName(queue);
    const envelope = toEnvelope(options ? { message, options } : { message }, this.#options);
    const [result] = await this.#send(queue, [envelope]);
    if (result === 'queued' || result === 'coalesced') return result;
    throw queueFull(queue);
  }

  async many(queue: string, items: readonly SendItem[]): Promise<SendOutcome[]> {
    checkQueueName(queue);
    const outcomes: SendOutcome[] = [];
    for (let start = 0; start < items.length; start += SEND_CHUNK) {
      const chunk = items.slice(start, start + SEND_CHUNK);
      outcomes.push(...(await sendBatch(chunk, this.#options, (envelopes) => this.#store(queue, envelopes))));
    }
    return outcomes;
  }

  async #store(queue: string, envelopes: readonly Envelope[]): Promise<SendOutcome[]> {
    try {
      const results = await this.#send(queue, envelopes);
      return results.map((result) => (result === 'full' ? refused(queueFull(queue)) : { status: result }));
    } catch (thrown) {
      // Chunks before this one are stored: the caller must learn which, so nothing is thrown.
      const error = toError(thrown);
      return envelopes.map(() => refused(error));
    }
  }

  async #send(queue: string, envelopes: readonly Envelope[]): Promise<SendReply['results']> {
    const reply = await this.#call((engine) => engine.send(queue, envelopes, this.#options));
    if (reply.wake) this.#room.wake(queue, envelopes.length);
    return reply.results;
  }
}

function refused(error: Error): SendOutcome {
  return { status: 'refused', error };
}

function queueFull(queue: string): QueueError {
  return new QueueError('queue_full', `queue ${queue} has reached its limit of waiting messages or bytes`);
}
