import { ConfigError } from '../errors.ts';
import { AGING_MS_DEFAULT } from './order.ts';
import type { QueueManagerOptions } from './types.ts';

interface Range {
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
}

const COUNT_MAX = Number.MAX_SAFE_INTEGER;

/** Ranges and defaults of the options that all managers share. */
export const QUEUE_OPTION_RANGES: Readonly<Record<keyof QueueManagerOptions, Range>> = Object.freeze({
  leaseMs: { min: 1_000, max: 3_600_000, fallback: 30_000 },
  agingMs: { min: 0, max: 86_400_000, fallback: AGING_MS_DEFAULT },
  maxLength: { min: 0, max: COUNT_MAX, fallback: 0 },
  maxBytes: { min: 0, max: COUNT_MAX, fallback: 0 },
  maxMessageBytes: { min: 1_024, max: 1_048_576, fallback: 262_144 },
});

/** Options with every default filled in. */
export type ResolvedQueueOptions = Readonly<Required<QueueManagerOptions>>;

/** @throws ConfigError that lists every option out of range */
export function resolveQueueOptions(options: QueueManagerOptions = {}): ResolvedQueueOptions {
  const problems: string[] = [];
  const resolve = (name: keyof QueueManagerOptions): number => {
    const { min, max, fallback } = QUEUE_OPTION_RANGES[name];
    const value = options[name] ?? fallback;
    if (!Number.isInteger(value) || value < min || value > max) {
      problems.push(`${name} must be an integer from ${min} to ${max}, not ${value}`);
    }
    return value;
  };
  const resolved = {
    leaseMs: resolve('leaseMs'),
    agingMs: resolve('agingMs'),
    maxLength: resolve('maxLength'),
    maxBytes: resolve('maxBytes'),
    maxMessageBytes: resolve('maxMessageBytes'),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(resolved);
}
