import { Cron } from 'croner';
import { ConfigError, toError } from '../errors.ts';

/** When a worker ticks: every so many milliseconds, or by a cron expression. */
export type ScheduleOptions =
  /** 1000..2147483647 milliseconds; the slots are the multiples of it since the epoch, the same in every process. */
  | { everyMs: number }
  /** Five fields, or six with seconds first. @see timezone IANA name, default UTC */
  | { cron: string; timezone?: string };

/** The slots of a schedule, in milliseconds since the epoch. */
export interface Schedule {
  /** The last slot that is not after `now`; null before the first. */
  latest(now: number): number | null;
  /** The first slot after `now`; null if there is none. */
  next(now: number): number | null;
}

/** @throws ConfigError for an interval out of range, or what is no cron expression or time zone */
export function createSchedule(options: ScheduleOptions): Schedule {
  return 'cron' in options
    ? cronSchedule(options.cron, options.timezone ?? 'UTC')
    : interval(options.everyMs);
}

function interval(everyMs: number): Schedule {
  if (!Number.isInteger(everyMs) || everyMs < 1000 || everyMs > 2_147_483_647) {
    throw new ConfigError([`everyMs must be an integer of 1000..2147483647, got ${everyMs}`]);
  }
  const latest = (now: number) => Math.floor(now / everyMs) * everyMs;
  return { latest, next: (now) => latest(now) + everyMs };
}

function cronSchedule(expression: string, timezone: string): Schedule {
  try {
    const cron = new Cron(expression, { paused: true, timezone });
    cron.nextRun();
    return {
      // Runs before a time do not include it.
      latest: (now) => cron.previousRuns(1, new Date(now + 1))[0]?.getTime() ?? null,
      next: (now) => cron.nextRun(new Date(now))?.getTime() ?? null,
    };
  } catch (thrown) {
    const message = `no schedule: cron ${JSON.stringify(expression)} in ${timezone}: ${toError(thrown).message}`;
    throw new ConfigError([message], { cause: thrown });
  }
}
