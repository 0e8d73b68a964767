/** Why a request was not sent. */
const REFUSED =
  'GitHub has left an earlier request unanswered, and another one is under way to see whether it answers';

/**
 * Notices that GitHub no longer answers (an installation): after a request that had no answer in its time only one
 * goes out at once, and the others fail without a wait, until there is an answer again. So those who wait for nothing
 * do not take up the room of all others.
 */
export class Silence {
  #waiting = 0;
  #silent = false;

  /** The same `fetch`, which rejects at once while it would only join a wait. */
  guard(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
    return async (input, init) => {
      if (this.#silent && this.#waiting > 0) throw new Error(REFUSED);
      this.#waiting += 1;
      try {
        const response = await fetch(input, init);
        this.#silent = false;
        return response;
      } catch (thrown) {
        if (thrown instanceof DOMException && thrown.name === 'TimeoutError') this.#silent = true;
        throw thrown;
      } finally {
        this.#waiting -= 1;
      }
    };
  }
}
