/** Remembers the last tick of each schedule, for all processes of a fleet: in memory, an SQLite file, or Redis. */
export interface SlotStore {
  /**
   * Compare-and-set: true for exactly one caller of all processes, and only if the slot is later than the last
   * one claimed under that name.
   *
   * @param name of the schedule @param slot milliseconds since the epoch
   */
  claim(name: string, slot: number): Promise<boolean>;
}

/** Slots in the memory of this process: for tests, and for a fleet of one whose missed ticks need no memory. */
export class MemorySlotStore implements SlotStore {
  readonly #slots = new Map<string, number>();

  async claim(name: string, slot: number): Promise<boolean> {
    if (slot <= (this.#slots.get(name) ?? Number.NEGATIVE_INFINITY)) return false;
    this.#slots.set(name, slot);
    return true;
  }
}
