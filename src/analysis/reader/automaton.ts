/** Bit of a transition whose target needs a look: a text ends there, or the byte is no plain one. */
const LOOK = 0x4000_0000;
const STATE = LOOK - 1;

/** What {@link Automaton.classes} says of control characters but the tab and the line feed. */
const CONTROL = 1;

/**
 * Finds many texts at once, in one step a byte whatever the bytes are (Aho and Corasick, "Efficient string matching",
 * 1975). Works on bytes, so that a line without any of the texts is never made a string. A text may begin with a
 * line feed: it is then found at the beginning of a line only.
 */
export class Automaton {
  static readonly LOOK = LOOK;
  static readonly STATE = STATE;
  /** Class of each byte; bytes of one class are told apart by no text. */
  readonly classes = new Uint8Array(256);
  /** Transitions: `state + class` to the next state, with {@link LOOK} where it matters. */
  readonly table: Int32Array;
  /** State at the beginning of a line; every line feed leads there. */
  readonly lineStart: number;
  /** Texts (by index) that end in a state; the key is the state. */
  readonly ends: ReadonlyMap<number, readonly number[]>;

  constructor(texts: readonly string[]) {
    const bytes = texts.map((text) => Buffer.from(text));
    const width = this.#classify(bytes);
    const tree = buildTree(bytes, this.classes, width);
    const ends = linkTree(tree, width);
    this.lineStart = step(tree.next, 0, this.classes[0x0a] ?? 0) * width;
    this.table = new Int32Array(tree.next.length);
    for (let at = 0; at < tree.next.length; at++) {
      const target = step(tree.next, at, 0) * width;
      const look = ends.has(target / width) || target === this.lineStart || at % width === CONTROL;
      this.table[at] = look ? target | LOOK : target;
    }
    this.ends = new Map([...ends].map(([state, found]) => [state * width, found]));
  }

  /** Gives each byte that a text holds a class of its own; class 0 is all others. Returns the number of classes. */
  #classify(texts: readonly Buffer[]): number {
    let count = CONTROL + 1;
    for (let byte = 0; byte < 0x20; byte++) if (byte !== 0x09 && byte !== 0x0a) this.classes[byte] = CONTROL;
    this.classes[0x7f] = CONTROL;
    for (const byte of [0x0a, ...texts.flatMap((text) => [...text])]) {
      if (this.classes[byte] === 0) this.classes[byte] = count++;
    }
    return count;
  }
}

interface Tree {
  /** `state * width + class` to the next state, -1 where there is none. */
  next: number[];
  ends: Map<number, number[]>;
}

function buildTree(texts: readonly Buffer[], classes: Uint8Array, width: number): Tree {
  const next: number[] = new Array<number>(width).fill(-1);
  const ends = new Map<number, number[]>();
  // The line feed comes first, so that the beginning of a line is a state even where no text asks for it.
  for (const [index, text] of [Buffer.from('\n'), ...texts].entries()) {
    let state = 0;
    for (const byte of text) {
      const at = state * width + (classes[byte] ?? 0);
      if (step(next, at, 0) === -1) {
        next[at] = next.length / width;
        for (let fill = 0; fill < width; fill++) next.push(-1);
      }
      state = step(next, at, 0);
    }
    if (index > 0) ends.set(state, [...(ends.get(state) ?? []), index - 1]);
  }
  return { next, ends };
}

/** Completes the transitions, so that no step ever has to go back. Returns what ends in each state. */
function linkTree({ next, ends }: Tree, width: number): Map<number, number[]> {
  const fallbacks = new Map<number, number>([[0, 0]]);
  const queue: number[] = [];
  for (let kind = 0; kind < width; kind++) {
    const child = step(next, kind, 0);
    if (child === -1) next[kind] = 0;
    else {
      fallbacks.set(child, 0);
      queue.push(child);
    }
  }
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] ?? 0;
    const fallback = fallbacks.get(state) ?? 0;
    const inherited = ends.get(fallback);
    if (inherited) ends.set(state, [...(ends.get(state) ?? []), ...inherited]);
    for (let kind = 0; kind < width; kind++) {
      const at = state * width + kind;
      const other = step(next, fallback * width, kind);
      const child = step(next, at, 0);
      if (child === -1) next[at] = other;
      else {
        fallbacks.set(child, other);
        queue.push(child);
      }
    }
  }
  return ends;
}

function step(next: readonly number[], state: number, kind: number): number {
  return next[state + kind] ?? 0;
}
