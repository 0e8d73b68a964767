import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOnPath, planForMissingRedis } from '../../support/redis/binary.ts';

describe('redis-server for the tests', () => {
  it('is found on the path, or not', () => {
    const found = findOnPath('redis-server') ?? '';
    expect(execFileSync(found, ['--version'], { encoding: 'utf8' })).toContain('Redis server v=');
    expect(findOnPath('redis-server', '/nowhere')).toBeNull();
  });

  it.each([
    ['root on Debian', { platform: 'linux', isRoot: true, isDebian: true }, { kind: 'install' }],
    [
      'a user on Debian',
      { platform: 'linux', isRoot: false, isDebian: true },
      { kind: 'stop', command: 'sudo apt-get update && sudo apt-get install -y redis-server' },
    ],
    [
      'root elsewhere',
      { platform: 'linux', isRoot: true, isDebian: false },
      { kind: 'stop', command: 'dnf install redis' },
    ],
    [
      'a Mac',
      { platform: 'darwin', isRoot: false, isDebian: false },
      { kind: 'stop', command: 'brew install redis' },
    ],
  ] as const)('is, for %s, installed or asked for', (_name, machine, plan) => {
    expect(planForMissingRedis(machine)).toEqual(plan);
  });

  it('stops a run that cannot have it, with the command to type', ({ onTestFinished }) => {
    const empty = mkdtempSync(path.join(tmpdir(), 'checkmend-path-'));
    onTestFinished(() => rmSync(empty, { recursive: true }));
    const source = new URL('../../support/redis/binary.ts', import.meta.url).href;
    const code = `process.getuid = () => 1000; (await import('${source}')).requireRedisServer();`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      env: { PATH: empty },
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/need redis-server .* Install it: (sudo apt-get|dnf|brew) /);
  });
});
