/** Bytes of the bodies that are held in memory at once, over all requests. */
export class BodyMemory {
  readonly #limit: number;
  #used = 0;

  /** @param limitBytes at least the largest body, else that one is never taken */
  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** What one request holds. */
  reserve(): BodyReservation {
    let held = 0;
    return {
      add: (bytes) => {
        if (this.#used + bytes > this.#limit) return false;
        this.#used += bytes;
        held += bytes;
        return true;
      },
      release: () => {
        this.#used -= held;
        held = 0;
      },
    };
  }
}

/** The share of one request. */
export interface BodyReservation {
  /** False, and nothing reserved, when the memory is full. */
  add(bytes: number): boolean;
  /** Gives everything back. Idempotent. */
  release(): void;
}
