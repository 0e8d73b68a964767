import type { Clock, Timer } from '../../clock.ts';
import type {
  Beat,
  EngineLimits,
  LeaseKey,
  LetterSelection,
  QueueEngine,
  SendReply,
  StepReply,
  StepRequest,
  StoredLetter,
} from '../engine.ts';
import type { Envelope } from '../envelope.ts';
import type { QueueStats } from '../types.ts';
import type { MemoryQueues } from './queues.ts';

/** The engine of `MemoryQueueManager`. */
export class MemoryEngine implements QueueEngine {
  readonly #queues: MemoryQueues;
  readonly #clock: Clock;

  constructor(queues: MemoryQueues, clock: Clock) {
    this.#queues = queues;
    this.#clock = clock;
  }

  async send(queue: string, envelopes: readonly Envelope[], limits: EngineLimits): Promise<SendReply> {
    const now = this.#clock.now();
    const target = this.#queues.queue(queue);
    const results = envelopes.map((envelope) => target.send(envelope, limits, now));
    this.#queues.changed(queue);
    return { now, results, wake: results.includes('queued') };
  }

  async step(request: StepRequest): Promise<StepReply> {
    return this.#queues.step(request, this.#clock.now());
  }

  async extend(lease: LeaseKey, byMs: number): Promise<number | null> {
    return this.#queues.extend(lease, byMs, this.#clock.now());
  }

  async holds(leases: readonly LeaseKey[]): Promise<boolean[]> {
    return leases.map((lease) => this.#queues.holds(lease, this.#clock.now()));
  }

  async stats(queue: string): Promise<QueueStats> {
    return this.#queues.queue(queue).stats(this.#clock.now());
  }

  async setPaused(queue: string, paused: boolean): Promise<void> {
    this.#queues.queue(queue).paused = paused;
    this.#queues.changed(queue);
  }

  async letters(queue: string, after: number, limit: number): Promise<StoredLetter[]> {
    return this.#queues.queue(queue).letters.page(after, limit);
  }

  async letter(queue: string, id: string): Promise<StoredLetter | null> {
    return this.#queues.queue(queue).letters.get(id) ?? null;
  }

  async requeue(queue: string, selection: LetterSelection, perSecond: number): Promise<number> {
    const count = this.#queues.queue(queue).requeue(selection, perSecond, this.#clock.now());
    this.#queues.changed(queue);
    return count;
  }

  async discard(queue: string, selection: LetterSelection): Promise<number> {
    return this.#queues.queue(queue).letters.remove(selection).length;
  }

  async annotate(queue: string, id: string, annotation: string): Promise<boolean> {
    const letter = this.#queues.queue(queue).letters.get(id);
    if (letter) letter.annotation = annotation;
    return letter !== undefined;
  }

  keepAlive(holder: string, leaseMs: number, onBeat: (beat: Beat) => void): () => void {
    let timer: Timer;
    const beat = () => {
      timer = this.#clock.setTimeout(beat, leaseMs / 3);
      onBeat({ ok: true, wake: [], ...this.#queues.beat(holder, leaseMs, this.#clock.now()) });
    };
    timer = this.#clock.setTimeout(beat, leaseMs / 3);
    return () => timer.clear();
  }

  watch(onChange: (queue: string | null) => void): () => void {
    return this.#queues.listen(onChange);
  }

  async leave(holder: string): Promise<void> {
    this.#queues.leave(holder, this.#clock.now());
  }

  async close(): Promise<void> {}
}
