import { type Clock, systemClock } from '../../clock.ts';
import { ConfigError } from '../../errors.ts';
import { type Logger, silentLogger } from '../../logger.ts';
import { type ResolvedQueueOptions, resolveQueueOptions } from '../options.ts';
import type { QueueManagerOptions } from '../types.ts';
import { DEFAULT_PREFIX } from './keys.ts';

/** Options of `RedisQueueManager`. */
export interface RedisQueueOptions extends QueueManagerOptions {
  /** First part of all keys, 1..64 characters; default `checkmend`. Managers that share queues share it. */
  prefix?: string;
  /** Milliseconds for one answer of Redis, after which the connection is rebuilt; 100..60000, default 3000. */
  commandTimeoutMs?: number;
  /**
   * Milliseconds for one operation with all its tries, after which it fails with `unavailable`; at least
   * `commandTimeoutMs`, at most 600000, default 8000.
   */
  operationTimeoutMs?: number;
  /** For deadlines and back-off only: what is due is decided by the server's time. Default the machine's clock. */
  clock?: Clock;
  /** Default silent. */
  logger?: Logger;
  /** For tests: milliseconds since the epoch in place of the server's time, asked before every call. Default none. */
  testServerTimeMs?: () => number;
}

/** {@link RedisQueueOptions} with everything filled in. */
export interface RedisSettings extends ResolvedQueueOptions {
  readonly prefix: string;
  readonly commandTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly testServerTimeMs: (() => number) | undefined;
}

const COMMAND_TIMEOUT = { min: 100, max: 60_000, fallback: 3000 };
const OPERATION_TIMEOUT = { min: 100, max: 600_000, fallback: 8000 };
const PREFIX_MAX = 64;

/** @throws ConfigError that lists what is out of range */
export function resolveRedisOptions(options: RedisQueueOptions = {}): RedisSettings {
  const settings = {
    ...resolveQueueOptions(options),
    prefix: options.prefix ?? DEFAULT_PREFIX,
    commandTimeoutMs: options.commandTimeoutMs ?? COMMAND_TIMEOUT.fallback,
    operationTimeoutMs: options.operationTimeoutMs ?? OPERATION_TIMEOUT.fallback,
    clock: options.clock ?? systemClock,
    logger: options.logger ?? silentLogger(),
    testServerTimeMs: options.testServerTimeMs,
  };
  const problems = [
    ...outOfRange('commandTimeoutMs', settings.commandTimeoutMs, COMMAND_TIMEOUT),
    ...outOfRange('operationTimeoutMs', settings.operationTimeoutMs, OPERATION_TIMEOUT),
  ];
  if (settings.operationTimeoutMs < settings.commandTimeoutMs) {
    problems.push('operationTimeoutMs must not be less than commandTimeoutMs');
  }
  if (settings.prefix.length < 1 || settings.prefix.length > PREFIX_MAX) {
    problems.push(`prefix must have 1 to ${PREFIX_MAX} characters`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(settings);
}

function outOfRange(name: string, value: number, { min, max }: { min: number; max: number }): string[] {
  if (Number.isInteger(value) && value >= min && value <= max) return [];
  return [`${name} must be an integer from ${min} to ${max}, not ${value}`];
}
