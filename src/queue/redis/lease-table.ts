import type { Lease } from '../types.ts';

/** Leases of one fetch; their tokens go on from `first`, with gaps. */
interface Row {
  readonly first: number;
  readonly leases: (Lease | undefined)[];
  left: number;
}

/**
 * Leases by token. No map: one that fills and empties leaves a chain of dead tables, each with the leases that it had,
 * which the collector takes for alive until a full collection. Tokens of a fetch are neighbours, and rows are few.
 */
export class LeaseTable {
  /** By their first token. */
  readonly #rows: Row[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get all(): Lease[] {
    return this.#rows.flatMap(({ leases }) => leases.filter((lease) => lease !== undefined));
  }

  /** Takes in the leases of one fetch, by token, lowest first. */
  add(leases: readonly Lease[]): void {
    const [first] = leases;
    if (!first) return;
    const row: Row = { first: first.token, leases: [], left: leases.length };
    for (const lease of leases) {
      // Where an unreadable message was; a hole would make the array a slower one.
      while (row.leases.length < lease.token - row.first) row.leases.push(undefined);
      row.leases.push(lease);
    }
    const at = this.#rows.findLastIndex((it) => it.first < row.first) + 1;
    this.#rows.splice(at, 0, row);
    this.#size += leases.length;
  }

  has(token: number): boolean {
    const row = this.#rowOf(token);
    return row?.leases[token - row.first] !== undefined;
  }

  /** Puts another lease of the same token in its place, if it is there. */
  replace(lease: Lease): void {
    const row = this.#rowOf(lease.token);
    if (row && this.has(lease.token)) row.leases[lease.token - row.first] = lease;
  }

  /** Answers whether it was there. */
  delete(token: number): boolean {
    const row = this.#rowOf(token);
    if (!row || !this.has(token)) return false;
    row.leases[token - row.first] = undefined;
    row.left -= 1;
    this.#size -= 1;
    if (row.left === 0) this.#rows.splice(this.#rows.indexOf(row), 1);
    return true;
  }

  #rowOf(token: number): Row | undefined {
    return this.#rows.findLast(({ first }) => first <= token);
  }
}
