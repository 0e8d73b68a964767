import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/logger.ts';
import { ManualClock } from '../../src/manual-clock.ts';
import { type NextTurn, Repeater } from '../../src/service/repeater.ts';

/** The seconds at which it has its turns, within a minute. */
async function turnsOf(turn: (stopping: AbortSignal) => Promise<NextTurn | undefined>): Promise<number[]> {
  const clock = new ManualClock();
  const turns: number[] = [];
  const watched = async (stopping: AbortSignal) => {
    turns.push(clock.monotonic() / 1000);
    return await turn(stopping);
  };
  const repeater = new Repeater('test', 20_000, watched, { clock, logger: silentLogger() });
  await clock.advance(59_000);
  await repeater.stop();
  expect(clock.pendingTimers).toBe(0);
  return turns;
}

describe('what is done again and again', () => {
  it('is done at once, and an interval after its end', async () => {
    expect(await turnsOf(async () => undefined)).toEqual([0, 20, 40]);
  });

  it('is done when its last turn said, and not at once because that found nothing', async () => {
    expect(await turnsOf(async () => ({ nextInMs: 30_000 }))).toEqual([0, 30]);
    // @ts-expect-error how much a turn did is no time to wait
    const counting: Parameters<typeof turnsOf>[0] = async () => 0;
    expect(await turnsOf(counting)).toEqual([0, 20, 40]);
  });

  it('is done again though it failed', async () => {
    expect(await turnsOf(() => Promise.reject(new Error('no')))).toEqual([0, 20, 40]);
  });
});
