import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Ages } from '../../src/queue/memory/ages.ts';

const steps = fc.array(
  fc.record({ seq: fc.integer({ min: 1, max: 300 }), comes: fc.boolean(), looks: fc.boolean() }),
  { maxLength: 2_000, size: 'max' },
);

it('knows the oldest of those that are there, whatever comes, goes and comes again', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const ages = new Ages();
      const there = new Set<number>();
      for (const { seq, comes, looks } of given) {
        if (comes) ages.add({ seq, sentAt: seq * 10 });
        else ages.remove({ seq, sentAt: seq * 10 });
        if (comes) there.add(seq);
        else there.delete(seq);
        if (looks) expect(ages.oldest()).toBe(there.size === 0 ? null : Math.min(...there) * 10);
      }
    }),
  );
});

it('keeps nothing of what has gone, though nobody looks and the oldest stays', () => {
  const ages = new Ages();
  for (let seq = 0; seq < 100_000; seq++) {
    ages.add({ seq, sentAt: seq });
    if (seq > 0) ages.remove({ seq, sentAt: seq });
  }
  expect(ages.kept).toBeLessThan(100);
  expect(ages.oldest()).toBe(0);
});
