import { ValidationError } from '../errors.ts';
import type { StoredLetter } from './engine.ts';
import { toMessageAnyway } from './envelope.ts';
import { checkRate, checkSelection } from './letter-selection.ts';
import type { EngineCall } from './sender.ts';
import type { DeadLetter, DeadLetterAccess, DeadLetterPage, FailureInfo } from './types.ts';
import { checkInteger, checkQueueName, LETTERS_MAX } from './validate.ts';

const PAGE_DEFAULT = 50;
const ANNOTATION_MAX = 65_536;

/** The dead sets of an engine's queues. */
export class EngineDeadLetters implements DeadLetterAccess {
  readonly #call: EngineCall;
  readonly #onRequeued: (queue: string, count: number) => void;

  /** @param onRequeued called when there may be something to take again */
  constructor(call: EngineCall, onRequeued: (queue: string, count: number) => void) {
    this.#call = call;
    this.#onRequeued = onRequeued;
  }

  async list(queue: string, options: { cursor?: string; limit?: number } = {}): Promise<DeadLetterPage> {
    checkQueueName(queue);
    const limit = checkInteger('limit', options.limit ?? PAGE_DEFAULT, 1, LETTERS_MAX);
    const after = parseCursor(options.cursor);
    const stored = await this.#call((engine) => engine.letters(queue, after, limit + 1));
    const page = stored.slice(0, limit);
    const last = page.at(-1);
    return {
      letters: page.map((letter) => toLetter(queue, letter)),
      ...(stored.length > limit && last && { cursor: String(last.position) }),
    };
  }

  async get(queue: string, id: string): Promise<DeadLetter | null> {
    checkQueueName(queue);
    const stored = await this.#call((engine) => engine.letter(queue, id));
    return stored && toLetter(queue, stored);
  }

  async requeue(
    queue: string,
    options: { ids?: readonly string[]; limit?: number; perSecond?: number } = {},
  ): Promise<number> {
    checkQueueName(queue);
    const perSecond = checkRate(options.perSecond);
    const selection = checkSelection(options);
    const count = await this.#call((engine) => engine.requeue(queue, selection, perSecond));
    if (count > 0) this.#onRequeued(queue, count);
    return count;
  }

  async discard(queue: string, options: { ids?: readonly string[]; limit?: number } = {}): Promise<number> {
    checkQueueName(queue);
    const selection = checkSelection(options);
    return this.#call((engine) => engine.discard(queue, selection));
  }

  async annotate(queue: string, id: string, annotation: string): Promise<boolean> {
    checkQueueName(queue);
    if (annotation.length > ANNOTATION_MAX) {
      throw new ValidationError('annotation', `must be at most ${ANNOTATION_MAX} characters`);
    }
    return this.#call((engine) => engine.annotate(queue, id, annotation));
  }
}

function parseCursor(cursor = '0'): number {
  if (!/^\d{1,15}$/.test(cursor)) throw new ValidationError('cursor', 'must be one that `list` answered');
  return Number(cursor);
}

function toLetter(queue: string, stored: StoredLetter): DeadLetter {
  return {
    queue,
    id: stored.id,
    message: toMessageAnyway(stored.id, stored.body, stored.retries),
    error: JSON.parse(stored.error) as FailureInfo,
    failedAt: stored.failedAt,
    attempts: stored.attempts,
    ...(stored.annotation !== null && { annotation: stored.annotation }),
  };
}
