import { randomBytes } from 'node:crypto';

/** A call as the server knows it again: if it comes a second time, it is answered as the first time. */
export interface CallMark {
  readonly nonce: string;
  /** Where its answer is kept, until so many later calls of this caller have come. */
  readonly place: string;
}

/** Calls of one caller whose answers are kept. */
const PLACES = 64;

/** Marks the calls of one caller. */
export class CallMarks {
  /** Two callers must not have the same one: each would be answered what the other was. */
  readonly #prefix = randomBytes(6).toString('base64url');
  #calls = 0;

  /** Arguments of a script that takes a mark first. */
  marked(args: readonly (string | number)[]): (string | number)[] {
    const { nonce, place } = this.next();
    return [nonce, place, ...args];
  }

  next(): CallMark {
    const number = this.#calls++;
    return {
      nonce: `${this.#prefix}${number.toString(36)}`,
      place: `${this.#prefix}${number % PLACES}`,
    };
  }
}
