import { randomUUID } from 'node:crypto';

/** What is to become of the order and number of deliveries. */
export interface PlanOptions {
  /** Any 32-bit number: the same one gives the same plan. */
  seed: number;
  /** Mix the order; default false. */
  shuffle?: boolean;
  /** Chance of each to be sent a second time, with the same id, 0..1; default 0. */
  duplicate?: number;
  /** Chance of each not to be sent at all, 0..1; default 0. */
  drop?: number;
}

/** One delivery of a plan. */
export interface PlannedDelivery<Item> {
  item: Item;
  /** Id for it and its duplicates; that of the recording may be used instead. */
  id: string;
}

/** What to send, in order, and how many are left out. */
export interface ReplayPlan<Item> {
  deliveries: PlannedDelivery<Item>[];
  dropped: number;
}

/** Makes a plan: what is lost, then what is doubled (the second one anywhere later), then the order. */
export function planReplay<Item>(
  items: readonly Item[],
  { seed, shuffle = false, duplicate = 0, drop = 0 }: PlanOptions,
): ReplayPlan<Item> {
  const random = randomNumbers(seed);
  const deliveries: PlannedDelivery<Item>[] = [];
  const doubles: { at: number; delivery: PlannedDelivery<Item> }[] = [];
  let dropped = 0;
  for (const item of items) {
    if (random() < drop) {
      dropped += 1;
      continue;
    }
    const delivery = { item, id: randomUUID() };
    deliveries.push(delivery);
    if (random() < duplicate) doubles.push({ at: deliveries.length, delivery });
  }
  // From behind, so that the places of the earlier ones stay.
  for (const { at, delivery } of doubles.toReversed()) {
    deliveries.splice(at + Math.floor(random() * (deliveries.length - at + 1)), 0, delivery);
  }
  if (shuffle) mix(deliveries, random);
  return { deliveries, dropped };
}

/** Fisher and Yates. */
function mix(entries: unknown[], random: () => number): void {
  for (let index = entries.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [entries[index], entries[other]] = [entries[other], entries[index]];
  }
}

/** Numbers in [0, 1) that a seed decides: Marsaglia's xorshift, 32 bits. */
export function randomNumbers(seed: number): () => number {
  // It never leaves zero; the first numbers of small seeds are small, so the bits are spread first.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
