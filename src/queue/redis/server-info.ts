import { ConfigError } from '../../errors.ts';

/** What the answer to `INFO` says about a server. */
export interface ServerInfo {
  readonly version: string;
  readonly loading: boolean;
  readonly isMaster: boolean;
  readonly maxmemoryPolicy: string;
}

/** Oldest Redis whose scripts can carry flags (`#!lua flags=...`). */
export const MIN_REDIS_MAJOR = 7;

/** Reads the lines `name:value` of `INFO` (https://redis.io/docs/latest/commands/info/). */
export function parseInfo(text: string): ServerInfo {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(text)?.[1] ?? '';
  return {
    version: field('redis_version'),
    loading: field('loading') === '1',
    isMaster: field('role') !== 'slave',
    maxmemoryPolicy: field('maxmemory_policy'),
  };
}

/** @throws ConfigError for a server that is too old */
export function requireVersion(info: ServerInfo): void {
  if (Number.parseInt(info.version, 10) >= MIN_REDIS_MAJOR) return;
  throw new ConfigError([`Redis ${info.version} is too old: ${MIN_REDIS_MAJOR}.0 or newer is needed`]);
}

/** A sentence about a policy that may throw messages away, or `null` if all is well. */
export function policyWarning(info: ServerInfo): string | null {
  if (info.maxmemoryPolicy === '' || info.maxmemoryPolicy === 'noeviction') return null;
  return `maxmemory-policy is ${info.maxmemoryPolicy}: Redis may evict messages; set it to noeviction`;
}
