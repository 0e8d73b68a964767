/** A binary heap: the least item by `compare` comes first. Push and pop cost log n. */
export class Heap<Item> {
  readonly #items: Item[] = [];
  readonly #compare: (left: Item, right: Item) => number;

  constructor(compare: (left: Item, right: Item) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): Item | undefined {
    return this.#items[0];
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#up(this.#items.length - 1);
  }

  pop(): Item | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) {
      this.#items[0] = last;
      this.#down(0);
    }
    return first;
  }

  /** The first item that `isCurrent` holds for; those before it are dropped. */
  peekCurrent(isCurrent: (item: Item) => boolean): Item | undefined {
    for (let first = this.peek(); first !== undefined; first = this.peek()) {
      if (isCurrent(first)) return first;
      this.pop();
    }
    return undefined;
  }

  #up(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfLess(index, parent)) return;
      index = parent;
    }
  }

  #down(from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const least = right < this.#items.length && this.#isLess(right, left) ? right : left;
      if (least >= this.#items.length || !this.#swapIfLess(least, index)) return;
      index = least;
    }
  }

  #isLess(left: number, right: number): boolean {
    return this.#compare(this.#items[left] as Item, this.#items[right] as Item) < 0;
  }

  #swapIfLess(left: number, right: number): boolean {
    if (!this.#isLess(left, right)) return false;
    const item = this.#items[left] as Item;
    this.#items[left] = this.#items[right] as Item;
    this.#items[right] = item;
    return true;
  }
}
