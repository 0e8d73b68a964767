import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { createSchedule, type ScheduleOptions } from '../../src/worker/schedule.ts';

const at = (text: string) => Date.parse(text);
const text = (time: number | null) => time !== null && new Date(time).toISOString();

describe('a schedule', () => {
  it('of an interval has the same slots in every process', () => {
    const { latest, next } = createSchedule({ everyMs: 300_000 });
    const now = at('2026-01-01T00:07:00Z');
    expect([text(latest(now)), text(next(now))]).toEqual([
      '2026-01-01T00:05:00.000Z',
      '2026-01-01T00:10:00.000Z',
    ]);
    const onTime = at('2026-01-01T00:05:00Z');
    expect([latest(onTime), next(onTime)]).toEqual([onTime, onTime + 300_000]);
  });

  it('of a cron expression includes the very moment, and goes by UTC', () => {
    const { latest, next } = createSchedule({ cron: '30 3 * * *' });
    const slot = at('2026-01-02T03:30:00Z');
    expect([latest(slot - 1), latest(slot), latest(slot + 1)]).toEqual([slot - 86_400_000, slot, slot]);
    expect([next(slot - 1), next(slot)]).toEqual([slot, slot + 86_400_000]);
  });

  it('of a cron expression knows time zones and seconds', () => {
    const berlin = createSchedule({ cron: '0 3 * * *', timezone: 'Europe/Berlin' });
    expect(text(berlin.next(at('2026-03-28T12:00:00Z')))).toBe('2026-03-29T01:00:00.000Z');
    expect(text(createSchedule({ cron: '*/10 * * * * *' }).next(at('2026-01-01T00:00:01Z')))).toBe(
      '2026-01-01T00:00:10.000Z',
    );
  });

  it('may be over, or not have begun', () => {
    const { latest, next } = createSchedule({ cron: '0 0 0 1 1 * 2026' });
    expect([latest(at('2025-06-01T00:00:00Z')), next(at('2026-06-01T00:00:00Z'))]).toEqual([null, null]);
  });

  it('takes intervals up to their ends', () => {
    for (const everyMs of [1000, 2_147_483_647]) {
      expect(createSchedule({ everyMs }).next(0)).toBe(everyMs);
    }
  });

  it.each<[ScheduleOptions, string]>([
    [{ everyMs: 999 }, 'everyMs must be an integer of 1000..2147483647, got 999'],
    [{ everyMs: 2_147_483_648 }, 'everyMs must be an integer of 1000..2147483647, got 2147483648'],
    [{ everyMs: 1500.5 }, 'everyMs must be an integer of 1000..2147483647, got 1500.5'],
    [{ cron: 'every day' }, 'no schedule: cron "every day" in UTC: '],
    [{ cron: '* * * * *', timezone: 'Middle/Earth' }, 'no schedule: cron "* * * * *" in Middle/Earth: '],
  ])('refuses %j', (options, reason) => {
    expect(() => createSchedule(options)).toThrow(ConfigError);
    expect(() => createSchedule(options)).toThrow(reason);
  });

  it('keeps what was wrong with an expression as the cause', () => {
    expect(() => createSchedule({ cron: 'every day' })).toThrow(
      expect.objectContaining({ cause: expect.any(Error) }),
    );
  });
});
