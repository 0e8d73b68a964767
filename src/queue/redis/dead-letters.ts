import { ValidationError } from '../../errors.ts';
import { checkRate, checkSelection } from '../letter-selection.ts';
import type { DeadLetter, DeadLetterAccess, DeadLetterPage, FailureInfo } from '../types.ts';
import { checkInteger, checkText, LETTERS_MAX } from '../validate.ts';
import { type Backend, run } from './backend.ts';
import { CallMarks } from './marks.ts';
import { decodeAnyway } from './record.ts';
import type { ScriptName } from './scripts.ts';

const PAGE_DEFAULT = 50;
const ANNOTATION_MAX = 65_536;
const ID_MAX = 512;
/** Most bytes of one page; one letter is always answered. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** Fields per letter in the answer of the `letters` script. */
const FIELDS = 6;

/** The dead sets of a Redis manager's queues. */
export class RedisDeadLetters implements DeadLetterAccess {
  readonly #backend: Backend;
  readonly #keysOf: (queue: string) => readonly string[];
  readonly #marks = new CallMarks();

  /** @param keysOf answers a queue's keys; throws when the manager is closed or the name is none */
  constructor(backend: Backend, keysOf: (queue: string) => readonly string[]) {
    this.#backend = backend;
    this.#keysOf = keysOf;
  }

  async list(queue: string, options: { cursor?: string; limit?: number } = {}): Promise<DeadLetterPage> {
    const limit = checkInteger('limit', options.limit ?? PAGE_DEFAULT, 1, LETTERS_MAX);
    const cursor = options.cursor ?? '0';
    if (!/^\d{1,16}$/.test(cursor)) throw new ValidationError('cursor', 'must be one that `list` answered');
    const [next, ...fields] = await this.#call(queue, 'letters', ['list', cursor, limit, PAGE_BYTES]);
    return { letters: toLetters(queue, fields), ...(next && { cursor: next }) };
  }

  async get(queue: string, id: string): Promise<DeadLetter | null> {
    checkText('id', id, ID_MAX);
    const [, ...fields] = await this.#call(queue, 'letters', ['get', id]);
    return toLetters(queue, fields)[0] ?? null;
  }

  async requeue(
    queue: string,
    options: { ids?: readonly string[]; limit?: number; perSecond?: number } = {},
  ): Promise<number> {
    const perSecond = checkRate(options.perSecond);
    const { limit, ids } = checkSelection(options);
    if (ids?.length === 0) return 0;
    const rate = Number.isFinite(perSecond) ? perSecond : 0;
    return this.#runOnce(queue, 'requeue', [limit, rate, ...(ids ?? [])]);
  }

  async discard(queue: string, options: { ids?: readonly string[]; limit?: number } = {}): Promise<number> {
    const { limit, ids } = checkSelection(options);
    if (ids?.length === 0) return 0;
    return this.#runOnce(queue, 'discard', [limit, ...(ids ?? [])]);
  }

  async annotate(queue: string, id: string, annotation: string): Promise<boolean> {
    checkText('id', id, ID_MAX);
    if (annotation.length > ANNOTATION_MAX) {
      throw new ValidationError('annotation', `must be at most ${ANNOTATION_MAX} characters`);
    }
    return (await this.#run(queue, 'annotate', [id, annotation])) === 1;
  }

  /** Counts once, however often it is sent. */
  async #runOnce(queue: string, name: ScriptName, args: readonly (string | number)[]): Promise<number> {
    return Number(await this.#run(queue, name, this.#marks.marked(args)));
  }

  async #run(queue: string, name: ScriptName, args: readonly (string | number)[]): Promise<unknown> {
    return run(this.#backend, name, this.#keysOf(queue), args);
  }

  async #call(queue: string, name: ScriptName, args: readonly (string | number)[]): Promise<string[]> {
    return (await this.#run(queue, name, args)) as string[];
  }
}

function toLetters(queue: string, fields: readonly string[]): DeadLetter[] {
  const letters: DeadLetter[] = [];
  for (let at = 0; at < fields.length; at += FIELDS) {
    const [id = '', failedAt, attempts, error = '', annotation, record = ''] = fields.slice(at, at + FIELDS);
    letters.push({
      queue,
      id,
      message: decodeAnyway(id, record),
      error: JSON.parse(error) as FailureInfo,
      failedAt: Number(failedAt),
      attempts: Number(attempts),
      ...(annotation && { annotation }),
    });
  }
  return letters;
}
