import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Ingress } from '../support/web/ingress.ts';

const ping = JSON.stringify({ zen: 'Practicality beats purity.', hook_id: 1 });
const MIB = 1024 * 1024;

/** Bodies as bytes on a socket: what a client library would not send. */
describe('a body', () => {
  let ingress: Ingress;
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await ingress[Symbol.asyncDispose]();
  });

  /** Opens a request; everything that is answered is collected. */
  function request(headers: Record<string, string | number>) {
    const { hostname, port, pathname } = new URL(ingress.url);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    const lines = Object.entries({ host: hostname, ...headers }).map(([name, value]) => `${name}: ${value}`);
    socket.write(`POST ${pathname} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    let text = '';
    const answered = Promise.withResolvers<string>();
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      text += String(data);
      if (text.includes('}')) answered.resolve(text);
    });
    const closed = new Promise<void>((resolve) => {
      socket.on('close', () => resolve());
    });
    void closed.then(() => answered.resolve(text));
    const send = async (bytes: string | Buffer) => {
      if (socket.destroyed || socket.write(bytes)) return;
      await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
    };
    return { socket, send, answered: answered.promise, closed };
  }

  const chunk = (bytes: Buffer) =>
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

  it('of more than 25 MiB is answered 413 while it is still being sent', async () => {
    ingress = await Ingress.open({ requestTimeoutMs: 2000 });
    const headers = ingress.headers('ping', ping);
    const { socket, send, answered, closed } = request({ ...headers, 'transfer-encoding': 'chunked' });
    const mebibyte = chunk(Buffer.alloc(MIB, 0x20));
    for (let sent = 0; sent < 26; sent++) await send(mebibyte);
    expect(await answered).toMatch(/^HTTP\/1\.1 413 /);
    // One that goes on and on is cut off at last.
    while (!socket.destroyed) {
      await send(mebibyte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    expect(await ingress.store.deliveries.counts()).toEqual({ open: 0, done: 0, dead: 0 });
  });

  it('that is announced with more than 25 MiB is answered 413 before it comes', async () => {
    ingress = await Ingress.open();
    const { answered } = request({ ...ingress.headers('ping', ping), 'content-length': 25 * MIB + 1 });
    expect(await answered).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('sent byte by byte is taken whole', async () => {
    ingress = await Ingress.open();
    const headers = { ...ingress.headers('ping', ping), 'transfer-encoding': 'chunked' };
    const { send, answered } = request(headers);
    for (const byte of Buffer.from(ping)) await send(chunk(Buffer.from([byte])));
    await send('0\r\n\r\n');
    expect(await answered).toMatch(/^HTTP\/1\.1 202 /);
    const [{ guid } = { guid: '' }] = await ingress.store.deliveries.list();
    expect((await ingress.store.deliveries.find(ingress.appId, guid))?.body.toString()).toBe(ping);
  });

  it('that would be too much with all others is answered 503, until there is room again', async () => {
    ingress = await Ingress.open({ maxBodyMemoryBytes: 1000 });
    const headers = ingress.headers('ping', ping);
    const first = request({ ...headers, 'content-length': 990 });
    await first.send(' '.repeat(980));
    // It arrives some time; then there is no room for another.
    let answer = await ingress.post(ingress.headers('ping', ping), ping);
    while (answer.code === 202) answer = await ingress.post(ingress.headers('ping', ping), ping);
    expect(answer).toMatchObject({ code: 503, status: 'refused', retryAfter: '5' });
    first.socket.destroy();
    while (answer.code === 503) answer = await ingress.post(ingress.headers('ping', ping), ping);
    expect(answer.code).toBe(202);
  });

  it('that ends early because the sender is gone is nothing', async () => {
    ingress = await Ingress.open();
    const { socket, send, closed } = request({
      ...ingress.headers('ping', ping),
      'content-length': ping.length,
    });
    await send(ping.slice(0, 10));
    socket.end();
    await closed;
    expect(await ingress.post(ingress.headers('ping', ping), ping)).toMatchObject({ code: 202 });
    expect(await ingress.store.deliveries.counts()).toEqual({ open: 0, done: 1, dead: 0 });
  });

  it('that comes too slowly is answered 408', async () => {
    ingress = await Ingress.open({ headersTimeoutMs: 300, requestTimeoutMs: 400 });
    const { send, answered } = request({ ...ingress.headers('ping', ping), 'content-length': 100 });
    await send('slow');
    expect(await answered).toMatch(/^HTTP\/1\.1 408 /);
    expect((await ingress.post(ingress.headers('ping', ping), ping)).code).toBe(202);
  });

  it('is checked in the documented order', async () => {
    ingress = await Ingress.open({ bodyLimitBytes: 100 });
    const unfit = '{"zen":7}';
    // Wrong in every respect at first; each step mends what was answered.
    const steps: [code: number, headers: Record<string, string>, body: string, method?: string][] = [
      [405, { 'content-type': 'text/plain' }, '', 'GET'],
      [400, { 'content-type': 'text/plain' }, ' '.repeat(200)],
      [
        413,
        { 'content-type': 'text/plain', 'x-github-event': 'ping', 'x-github-delivery': 'a' },
        ' '.repeat(200),
      ],
      [401, { 'content-type': 'text/plain', 'x-github-event': 'ping', 'x-github-delivery': 'a' }, unfit],
      [415, { ...ingress.headers('ping', unfit, 'a'), 'content-type': 'text/plain' }, unfit],
      [400, ingress.headers('ping', unfit, 'a'), unfit],
      [202, ingress.headers('ping', ping, 'a'), ping],
    ];
    for (const [code, headers, body, method] of steps) {
      expect((await ingress.post(headers, body, method)).code).toBe(code);
    }
  });
});
