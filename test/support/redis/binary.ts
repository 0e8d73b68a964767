import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

/** The absolute path of `name` on the search path, or `null`. */
export function findOnPath(name: string, searchPath = process.env.PATH ?? ''): string | null {
  for (const directory of searchPath.split(path.delimiter)) {
    const candidate = path.join(directory, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here: look in the next directory.
    }
  }
  return null;
}

/** What there is to do when `redis-server` is not on the path. */
export type MissingRedis = { kind: 'install' } | { kind: 'stop'; command: string };

/** What decides how `redis-server` is installed. */
export interface Machine {
  platform: NodeJS.Platform;
  isRoot: boolean;
  isDebian: boolean;
}

/** The machine that the tests run on. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    isDebian: existsSync('/etc/debian_version'),
  };
}

/** Installing is for root on Debian only; everywhere else a person types one command. */
export function planForMissingRedis(machine: Machine): MissingRedis {
  if (machine.platform === 'darwin') return { kind: 'stop', command: 'brew install redis' };
  if (!machine.isDebian) return { kind: 'stop', command: 'dnf install redis' };
  if (!machine.isRoot) {
    return { kind: 'stop', command: 'sudo apt-get update && sudo apt-get install -y redis-server' };
  }
  return { kind: 'install' };
}

/**
 * Path of `redis-server`. As root on Debian it is installed if it is missing; elsewhere this throws an error
 * that names the command to type.
 */
export function requireRedisServer(): string {
  const found = findOnPath('redis-server');
  if (found) return found;
  const plan = planForMissingRedis(thisMachine());
  if (plan.kind === 'stop') {
    throw new Error(
      `The queue tests need redis-server (7.0 or newer) on the path. Install it: ${plan.command}`,
    );
  }
  console.log('redis-server is not installed: running apt-get update && apt-get install -y redis-server');
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  execFileSync('apt-get', ['update'], options);
  execFileSync('apt-get', ['install', '-y', 'redis-server'], options);
  const installed = findOnPath('redis-server');
  if (!installed) throw new Error('apt-get installed redis-server, but it is not on the path');
  return installed;
}
