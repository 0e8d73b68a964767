import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planReplay } from '../../src/recording/plan.ts';

const items = Array.from({ length: 200 }, (_, index) => index);
const sent = (options: Parameters<typeof planReplay>[1]) =>
  planReplay(items, options).deliveries.map(({ item }) => item);

describe('a plan of a replay', () => {
  it('is everything, in order, unless said otherwise', () => {
    expect(sent({ seed: 7 })).toEqual(items);
  });

  it('is the same for the same seed, and another for another', () => {
    const options = { shuffle: true, duplicate: 0.2, drop: 0.2 };
    expect(sent({ seed: 5, ...options })).toEqual(sent({ seed: 5, ...options }));
    expect(sent({ seed: 5, ...options })).not.toEqual(sent({ seed: 6, ...options }));
  });

  it('loses, doubles and mixes, each as often as it was told', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { deliveries, dropped } = planReplay(items, { seed, drop: 0.3, duplicate: 0.3, shuffle: true });
        const ids = new Map(deliveries.map(({ item, id }) => [item, id]));
        expect(ids.size + dropped).toBe(items.length);
        // A double has the id of the first one.
        expect(deliveries.every(({ item, id }) => ids.get(item) === id)).toBe(true);
        expect(dropped).toBeGreaterThan(20);
        expect(dropped).toBeLessThan(110);
        expect(deliveries.length - ids.size).toBeGreaterThan(10);
      }),
    );
  });

  it('the double comes after the first one, where the order is not mixed', () => {
    const order = sent({ seed: 3, duplicate: 0.5 });
    const firsts = order.filter((item, index) => order.indexOf(item) === index);
    expect(firsts).toEqual(items);
    expect(order.length).toBeGreaterThan(250);
  });

  it('knows both ends of a chance', () => {
    expect(sent({ seed: 1, drop: 1 })).toEqual([]);
    expect(sent({ seed: 1, duplicate: 1 })).toHaveLength(400);
  });
});
