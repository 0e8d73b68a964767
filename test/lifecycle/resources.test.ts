import { describe, expect, it } from 'vitest';
import { Resources } from '../../src/lifecycle.ts';
import { ManualClock } from '../../src/manual-clock.ts';

describe('Resources', () => {
  it('releases in reverse order, within one common deadline', async () => {
    const clock = new ManualClock();
    const resources = new Resources(clock);
    const seen: [string, number][] = [];
    for (const name of ['store', 'queue', 'server']) {
      resources.hold(name, name, async (_, { deadlineMs }) => {
        seen.push([name, deadlineMs]);
        await clock.advance(400);
      });
    }
    await resources.release({ deadlineMs: 1000 });
    expect(seen).toEqual([
      ['server', 1000],
      ['queue', 600],
      ['store', 200],
    ]);
  });

  it('goes on past errors and reports them together', async () => {
    const resources = new Resources();
    const released: string[] = [];
    resources.hold('first', 1, () => void released.push('first'));
    resources.hold('second', 2, () => {
      throw new Error('stuck');
    });
    const failure: unknown = await resources.release({ deadlineMs: 10 }).catch((error: unknown) => error);
    expect(released).toEqual(['first']);
    expect(failure).toBeInstanceOf(AggregateError);
    expect((failure as AggregateError).errors).toHaveLength(1);
  });

  it('is idempotent, and tells everything to take nothing new', async () => {
    const resources = new Resources();
    let releases = 0;
    let quiets = 0;
    resources.hold(
      'worker',
      null,
      () => void releases++,
      () => void quiets++,
    );
    await resources.quiet();
    await resources.release({ deadlineMs: 10 });
    await resources.release({ deadlineMs: 10 });
    expect([quiets, releases]).toEqual([1, 1]);
  });
});
