import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/**
 * A small smee server: `GET` or `HEAD /new` leads to a new channel, a channel is an event stream, and what is posted
 * to it comes out there, parsed. Source: probot/smee.io, lib/server.js.
 */
export class SmeeServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #listeners = new Map<string, Set<ServerResponse>>();
  #refusals = 0;
  /** Channels that were listened to, one entry a connection. */
  readonly connections: string[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<SmeeServer> {
    const smee = new SmeeServer();
    smee.#server.listen(0, '127.0.0.1');
    await once(smee.#server, 'listening');
    return smee;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Breaks every connection that listens; the next `refusals` ones are answered 502, which ends an `EventSource`. */
  drop(refusals = 0): void {
    this.#refusals = refusals;
    for (const listeners of this.#listeners.values()) for (const it of listeners) it.socket?.destroy();
    this.#listeners.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const channel = request.url ?? '/';
    if (channel === '/new') {
      const location = `/${randomBytes(8).toString('base64url')}`;
      response.writeHead(307, { location }).end();
    } else if (request.method === 'GET') {
      this.#listen(channel, request, response);
    } else {
      await this.#post(channel, request);
      response.writeHead(200).end('ok');
    }
  }

  #listen(channel: string, request: IncomingMessage, response: ServerResponse): void {
    if (this.#refusals > 0) {
      this.#refusals -= 1;
      response.writeHead(502).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write('retry: 50\nevent: ready\ndata: {}\n\n');
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(response));
    request.on('close', () => listeners.delete(response));
    this.connections.push(channel);
  }

  async #post(channel: string, request: IncomingMessage): Promise<void> {
    const chunks = await request.toArray();
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const data = JSON.stringify({ ...request.headers, body, query: {}, timestamp: Date.now() });
    for (const it of this.#listeners.get(channel) ?? []) it.write(`id: ${Date.now()}\ndata: ${data}\n\n`);
  }
}
