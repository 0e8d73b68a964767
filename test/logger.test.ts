import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger, redactSecrets } from '../src/logger.ts';

const random = (bytes: number) => randomBytes(bytes).toString('hex');
const base64 = (bytes: number) => randomBytes(bytes).toString('base64url');

/** Secrets as they look, made at run time; the part that must not be seen. */
const SECRETS: readonly (readonly [name: string, secret: string])[] = [
  ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((prefix) => [prefix, `${prefix}_${random(18)}`] as const),
  ['a fine-grained token', `github_pat_${random(11)}_${random(29)}`],
  ['a stateless installation token', `ghs_4711_eyJ${base64(20)}.${base64(200)}.${base64(64)}`],
  ['an AWS key', `AKIA${random(8).toUpperCase()}`],
  ['an npm token', `npm_${random(18)}`],
  ['a Slack token', `xoxb-${random(6)}-${random(12)}`],
  ['a GitLab token', `glpat-${random(10)}`],
  ['an API key', `sk-ant-api03-${base64(40)}`],
  ['a very long token', `ghs_${random(600)}`],
  ['a JWT', `eyJ${base64(20)}.eyJ${base64(40)}.${base64(64)}`],
  ['a signature', `sha256=${random(32)}`],
  ['a signature of old', `sha1=${random(20)}`],
  [
    'a private key',
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey,
  ],
];

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  write(createLogger({ destination, level: 'trace' }));
  return lines.join('');
}

describe('the log', () => {
  it.each(SECRETS)('does not print %s, wherever it stands', (_, secret) => {
    const printed = logged((logger) => {
      logger.info(`before ${secret} after`);
      logger.warn({ text: secret, list: [secret], [secret.slice(0, 60)]: 1 }, 'fields');
      logger.error({ err: new Error(`failed with ${secret}`, { cause: new Error(secret) }) }, 'error');
      logger.child({ bound: secret }).debug('child');
    });
    expect(printed.split('\n').filter(Boolean)).toHaveLength(4);
    const body = secret.startsWith('-----') ? (secret.split('\n')[1] ?? '') : secret;
    expect(printed).not.toContain(body);
    expect(printed).toContain('***');
  });

  it.each(['Authorization: Bearer ', 'authorization=', '"authorization": "token ', 'curl -H bearer '])(
    'does not print what follows %s',
    (before) => {
      const value = random(20);
      expect(redactSecrets(`${before}${value} and more`)).not.toContain(value);
    },
  );

  it('does not print the password of an address, and keeps the rest', () => {
    const password = random(8);
    expect(redactSecrets(`redis://worker:${password}@127.0.0.1:6379/0`)).toBe(
      'redis://worker:***@127.0.0.1:6379/0',
    );
    expect(redactSecrets(`https://user:${password}:@${password}@host:80/a@b`)).toBe(
      'https://user:***@host:80/a@b',
    );
  });

  it.each(['token', 'secret', 'privateKey', 'authorization', 'password', 'signature'])(
    'does not print what is called %s',
    (key) => {
      const value = random(8);
      expect(
        logged((logger) => logger.info({ [key]: value, a: { [key]: value }, b: { c: { [key]: value } } })),
      ).not.toContain(value);
    },
  );

  it('leaves what is no secret as it is', () => {
    const text = `commit ${random(20)}: see https://example.org/a@b and ghs_short, eyJ0, -----BEGIN CERTIFICATE-----`;
    expect(redactSecrets(text)).toBe(text);
  });
});
