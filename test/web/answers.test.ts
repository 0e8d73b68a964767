import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ingress } from '../support/web/ingress.ts';

const ping = JSON.stringify({ zen: 'Keep it logically awesome.', hook_id: 1 });

/** The answers in the order in which the checks are made; each request is right but for one thing. */
describe('the webhook route', () => {
  let ingress: Ingress;

  beforeEach(async () => {
    ingress = await Ingress.open();
  });

  afterEach(() => ingress[Symbol.asyncDispose]());

  async function withoutTrace(answer: Promise<{ code: number }>, code: number): Promise<void> {
    expect((await answer).code).toBe(code);
    expect(await ingress.store.deliveries.counts()).toEqual({ open: 0, done: 0, dead: 0 });
  }

  it('takes a delivery that is signed with any of the live secrets', async () => {
    expect(await ingress.post(ingress.headers('ping', ping), ping)).toMatchObject({
      code: 202,
      reason: 'pong',
    });
    const rotated = ingress.headers('ping', ping, 'other', ingress.oldSecret);
    expect(await ingress.post(rotated, ping)).toMatchObject({ code: 202, status: 'accepted' });
  });

  it('405: another method', () => withoutTrace(ingress.post({}, '', 'GET'), 405));

  it.each(['x-github-event', 'x-github-delivery'])('400: no %s', async (name) => {
    const { [name]: _, ...headers } = ingress.headers('ping', ping);
    await withoutTrace(ingress.post(headers, ping), 400);
  });

  it('401: unsigned', async () => {
    const { 'x-hub-signature-256': _, ...headers } = ingress.headers('ping', ping);
    await withoutTrace(ingress.post(headers, ping), 401);
  });

  it('401: wrongly signed', () =>
    withoutTrace(ingress.post(ingress.headers('ping', ping, 'a', 'wrong'), ping), 401));

  it('401: SHA-1 only', async () => {
    const { 'x-hub-signature-256': signature = '', ...headers } = ingress.headers('ping', ping);
    const old = { ...headers, 'x-hub-signature': signature.replace('sha256', 'sha1') };
    await withoutTrace(ingress.post(old, ping), 401);
  });

  it('401: truncated', () =>
    withoutTrace(ingress.post(ingress.headers('ping', ping), ping.slice(0, -1)), 401));

  it('415: another content type', async () => {
    const headers = { ...ingress.headers('ping', ping), 'content-type': 'application/x-www-form-urlencoded' };
    await withoutTrace(ingress.post(headers, ping), 415);
  });

  it.each([
    ['not JSON', 'ping', '{"zen": '],
    ['JSON but no object', 'ping', '[]'],
    ['not UTF-8', 'ping', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['missing fields', 'check_run', '{"action":"completed","repository":{"id":1}}'],
    ['an event name that does not fit', 'check_run', ping],
    ['a review under the name of a pull request', 'pull_request', reviewBody()],
  ])('400: %s', async (_, event, body) => {
    await withoutTrace(ingress.post(ingress.headers(event, body), body), 400);
  });

  it('202: an unknown event, and an unknown action, lead to nothing', async () => {
    const answers = [
      await ingress.deliver('no_such_event', { action: 'made_up', installation: { id: 1 } }),
      await ingress.deliver('pull_request', { ...pullBody(), action: 'made_up' }),
    ];
    expect(answers).toMatchObject([
      { code: 202, reason: 'unknown_event' },
      { code: 202, reason: 'action_ignored' },
    ]);
    expect(await ingress.queues.getQueueSize('pr_monitor')).toBe(0);
  });

  it('202: a body that was recorded and is sent under a new id has no second effect', async () => {
    await ingress.deliver('pull_request', pullBody(), 'first');
    await ingress.deliver('pull_request', pullBody(), 'second');
    expect(await ingress.queues.getQueueSize('pr_monitor')).toBe(1);
  });

  it('202: a body of exactly the limit', async () => {
    await ingress[Symbol.asyncDispose]();
    ingress = await Ingress.open({ bodyLimitBytes: Buffer.byteLength(ping) });
    expect((await ingress.post(ingress.headers('ping', ping), ping)).code).toBe(202);
    expect((await ingress.post(ingress.headers('ping', `${ping} `), `${ping} `)).code).toBe(413);
  });

  it('503 with retry-after: more in flight than the limit, and the next is taken again', async () => {
    await ingress[Symbol.asyncDispose]();
    ingress = await Ingress.open({ maxInFlight: 1 });
    const release = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    ingress.bus.once('ping', async () => {
      started.resolve();
      await release.promise;
    });
    const first = ingress.post(ingress.headers('ping', ping), ping);
    await started.promise;
    const second = await ingress.post(ingress.headers('ping', ping), ping);
    expect(second).toMatchObject({ code: 503, retryAfter: '5' });
    release.resolve();
    expect((await first).code).toBe(202);
    expect((await ingress.post(ingress.headers('ping', ping), ping)).code).toBe(202);
  });

  it('503 with retry-after: a store that is down', async () => {
    await ingress.store.close();
    expect(await ingress.post(ingress.headers('ping', ping), ping)).toMatchObject({
      code: 503,
      retryAfter: '5',
    });
  });
});

function pullBody(): object {
  return {
    action: 'opened',
    pull_request: { id: 5, number: 1, updated_at: '2026-01-01T00:00:00Z', head: { sha: 'a'.repeat(40) } },
    repository: { id: 9, name: 'shop', owner: { login: 'acme' } },
    installation: { id: 1 },
  };
}

function reviewBody(): string {
  return JSON.stringify({ ...pullBody(), review: { id: 1 } });
}
