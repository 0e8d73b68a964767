import path from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { EventBus } from '../../src/events/event-bus.ts';
import type { ServiceEvents } from '../../src/events/event-map.ts';
import { createLogger } from '../../src/logger.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { Store } from '../../src/store/types.ts';
import { createWebApp, WEBHOOK_PATH, type WebAppOptions } from '../../src/web/app.ts';
import { Inbox } from '../../src/web/inbox.ts';
import { IngressMetrics } from '../../src/web/ingress-metrics.ts';
import { HttpServer } from '../../src/web/server.ts';
import { isSigned } from '../../src/web/signature.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

describe('the web application', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: Store;
  let server: HttpServer | undefined;
  let lines: string[];

  beforeEach(async () => {
    folder = temporaryFolder();
    lines = [];
    store = await openSqliteStore({ path: path.join(folder.path, 'store.db'), clock: systemClock });
  });

  afterEach(async () => {
    await server?.close(0);
    server = undefined;
    await store.close();
    folder[Symbol.dispose]();
  });

  async function listen(options: Partial<WebAppOptions> = {}, metrics?: IngressMetrics): Promise<string> {
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });
    const bus = new EventBus<ServiceEvents>();
    const inbox = new Inbox({
      appId: '1',
      bus,
      store,
      clock: systemClock,
      logger,
      ...(metrics && { observer: metrics }),
    });
    const app = createWebApp({
      inbox,
      secrets: ['s'],
      logger,
      checkReady: () => store.check(),
      ...(metrics && { observer: metrics }),
      ...options,
    });
    server = await HttpServer.listen(app, { host: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${server.port}`;
  }

  it('is healthy as long as it answers, and ready as long as deliveries can be stored', async () => {
    const url = await listen();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await store.close();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const answer = await fetch(`${url}/readyz`);
    expect([answer.status, await answer.json()]).toEqual([503, { status: 'unavailable' }]);
  });

  it('does not find what it does not know', async () => {
    const url = await listen();
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    expect((await fetch(`${url}/%E0%A4%A`)).status).toBe(404);
    expect(lines.join('')).not.toContain('"level":50');
  });

  it('tells nothing of its making, and lets no browser guess', async () => {
    const { headers } = await fetch(await listen());
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('counts answers and deliveries', async () => {
    const registry = new Registry();
    const url = await listen({ metrics: registry }, new IngressMetrics(registry, store.deliveries));
    await fetch(url + WEBHOOK_PATH);
    const answer = await fetch(`${url}/metrics`);
    expect(answer.headers.get('content-type')).toBe(registry.contentType);
    const text = await answer.text();
    expect(text).toContain('checkmend_webhook_answers_total{code="405"} 1');
    expect(text).toContain('checkmend_webhook_answer_duration_seconds_count 1');
    expect(text).toContain('checkmend_stored_deliveries{status="dead"} 0');
  });

  it.each([
    ['nobody', [], '127.0.0.1'],
    ['the proxies that are configured', ['127.0.0.1'], '203.0.113.9'],
  ])('believes %s about who sent a request', async (_, trustedProxies, remote) => {
    const url = await listen({ trustedProxies });
    await fetch(url + WEBHOOK_PATH, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ code: 405, remote }),
    );
  });

  it('knows the signature that GitHub documents', () => {
    // Source: "Validating webhook deliveries", its test values.
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const body = Buffer.from('Hello, World!');
    expect(isSigned(body, signature, ["It's a Secret to Everybody"])).toBe(true);
    expect(isSigned(body, signature.toUpperCase(), ["It's a Secret to Everybody"])).toBe(false);
    expect(isSigned(body, [signature], ["It's a Secret to Everybody"])).toBe(false);
    expect(isSigned(body, signature, [])).toBe(false);
  });
});
