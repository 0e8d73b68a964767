import { describe, expect, it } from 'vitest';
import { readServiceConfig } from '../../src/config/env.ts';
import type { ConfigError } from '../../src/errors.ts';
import { silentLogger } from '../../src/logger.ts';
import { createWebApp } from '../../src/web/app.ts';
import { privateKey } from '../support/service/private-key.ts';

const complete = { APP_ID: '7', PRIVATE_KEY: privateKey(), WEBHOOK_SECRET: 'one' };

describe('proxies in front of the service', () => {
  it.each([
    ['10.0.0.1', ['10.0.0.1']],
    ['10.0.0.0/8, fd00::/8,::1', ['10.0.0.0/8', 'fd00::/8', '::1']],
    ['', []],
  ])('%j are those that are named', (text, expected) => {
    const { trustedProxies } = readServiceConfig({ ...complete, TRUSTED_PROXIES: text });
    expect(trustedProxies).toEqual(expected);
    const inbox = { take: () => Promise.reject(new Error('nothing comes')) };
    const app = { inbox, secrets: ['one'], logger: silentLogger(), checkReady: () => Promise.resolve() };
    expect(() => createWebApp({ ...app, trustedProxies })).not.toThrow();
  });

  it.each(['proxy.test', 'loopback', '10.0.0.0/33', '10.0.0.1/8/8', 'fd00::/129', '*', 'true', '1'])(
    '%j names none',
    (text) => {
      const read = () => readServiceConfig({ ...complete, TRUSTED_PROXIES: text });
      const problems = ['TRUSTED_PROXIES: must be addresses or networks, comma-separated'];
      expect(read).toThrow(expect.objectContaining({ problems } satisfies Partial<ConfigError>) as Error);
    },
  );
});
