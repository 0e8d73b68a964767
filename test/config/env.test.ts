import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBaseConfig, readServiceConfig } from '../../src/config/env.ts';
import { ConfigError } from '../../src/errors.ts';

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const complete = { APP_ID: '7', PRIVATE_KEY: pem, WEBHOOK_SECRET: 'one' };

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readServiceConfig(env);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems;
  }
  return [];
}

describe('the configuration of the service', () => {
  it('lists everything that is missing, and how to get it', () => {
    const problems = problemsOf({});
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'APP_ID',
      'WEBHOOK_SECRET',
      'PRIVATE_KEY',
    ]);
    for (const problem of problems) expect(problem).toMatch(/ is missing: .{20}/);
  });

  it('has the documented defaults, and is frozen', () => {
    const config = readServiceConfig(complete);
    expect(config).toEqual({
      appId: '7',
      privateKey: pem,
      webhookSecrets: ['one'],
      apiUrl: 'https://api.github.com',
      port: 3000,
      host: '127.0.0.1',
      mode: 'policy',
      dataDir: path.resolve('data'),
      redisUrl: null,
      logLevel: 'info',
      writesPerMinute: 64,
      webhookProxy: null,
      recordDir: null,
      trustedProxies: [],
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes several live secrets, and counts an empty value as missing', () => {
    expect(readServiceConfig({ ...complete, WEBHOOK_SECRET: 'new, old' }).webhookSecrets).toEqual([
      'new',
      'old',
    ]);
    expect(problemsOf({ ...complete, WEBHOOK_SECRET: '' })).toHaveLength(1);
    expect(problemsOf({ ...complete, WEBHOOK_SECRET: ' , ' })).toHaveLength(1);
  });

  it('reads the private key as text, on one line, in base64, and from a file', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'checkmend-key-'));
    const file = path.join(folder, 'key.pem');
    writeFileSync(file, pem);
    const { PRIVATE_KEY: _, ...rest } = complete;
    const forms = [
      { ...rest, PRIVATE_KEY: pem.replaceAll('\n', '\\n') },
      { ...rest, PRIVATE_KEY: Buffer.from(pem).toString('base64') },
      { ...rest, PRIVATE_KEY_PATH: file },
    ];
    for (const form of forms) expect(readServiceConfig(form).privateKey).toBe(pem);
    rmSync(folder, { recursive: true });
    expect(problemsOf({ ...rest, PRIVATE_KEY_PATH: file })[0]).toContain('cannot be read');
    expect(problemsOf({ ...rest, PRIVATE_KEY: 'nonsense' })[0]).toContain('not a PEM private key');
  });

  it.each([
    ['PORT', '70000'],
    ['APP_ID', 'my-app'],
    ['GITHUB_API_URL', 'ftp://github.example'],
    ['REDIS_URL', 'http://127.0.0.1'],
    ['LOG_LEVEL', 'loud'],
    ['CHECKMEND_MODE', 'fix'],
    ['DATABASE_URL', 'postgres://127.0.0.1/checkmend'],
  ])('refuses %s=%s and names it', (name, value) => {
    const problems = problemsOf({ ...complete, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: `));
  });

  it('refuses a misspelt variable of its own and names the nearest', () => {
    expect(problemsOf({ ...complete, CHECKMEND_MOOD: 'off' })).toEqual([
      'CHECKMEND_MOOD is not a known variable: did you mean CHECKMEND_MODE?',
    ]);
  });

  it('needs no App for commands that only look', () => {
    expect(readBaseConfig({ DATA_DIR: '/somewhere', LOG_LEVEL: 'warn' })).toEqual({
      dataDir: '/somewhere',
      redisUrl: null,
      logLevel: 'warn',
    });
  });
});
