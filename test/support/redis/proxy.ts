import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** What the proxy does with bytes. */
export type ProxyMode =
  /** Hands them on. */
  | 'open'
  /** Swallows them in both directions while the sockets stay up: the peer has vanished without a word. */
  | 'half-open'
  /** Refuses new connections and resets the present ones. */
  | 'down';

/** Which way bytes go. */
export type ProxyDirection = 'request' | 'reply';

/** Looks at bytes under way, and answers what goes on in their place; `null` holds them back for good. */
export type ProxyFilter = (chunk: Buffer, direction: ProxyDirection, connection: number) => Buffer | null;

interface Link {
  readonly connection: number;
  dead: boolean;
}

/** A TCP proxy on loopback that can delay bytes and go dead in several ways. */
export class TcpProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #delayMs: number;
  readonly #sockets = new Set<Socket>();
  readonly #links = new Set<Link>();
  #connections = 0;
  #mode: ProxyMode = 'open';
  #filter: ProxyFilter = (chunk) => chunk;
  #port = 0;

  /** @param delayMs milliseconds added to each round trip, on the way to the server; default 0 */
  constructor(targetPort: number, delayMs = 0) {
    this.#target = targetPort;
    this.#delayMs = delayMs;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  get port(): number {
    return this.#port;
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    this.#port = address.port;
    return this;
  }

  /** Connections made while half-open stay dead for good, as after a lost route; new ones follow the new mode. */
  setMode(mode: ProxyMode): void {
    this.#mode = mode;
    if (mode === 'half-open') for (const link of this.#links) link.dead = true;
    if (mode === 'down') for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** From now on all bytes pass through `filter`. Each connection has a number of its own. */
  setFilter(filter: ProxyFilter): void {
    this.#filter = filter;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    if (this.#mode === 'down') return void client.resetAndDestroy();
    const upstream = createConnection({ port: this.#target, host: '127.0.0.1', noDelay: true });
    const link = { connection: this.#connections++, dead: this.#mode === 'half-open' };
    this.#links.add(link);
    upstream.once('close', () => this.#links.delete(link));
    this.#pipe(client, upstream, link, 'request');
    this.#pipe(upstream, client, link, 'reply');
  }

  #pipe(from: Socket, to: Socket, link: Link, direction: ProxyDirection): void {
    const delayMs = direction === 'request' ? this.#delayMs : 0;
    this.#sockets.add(from);
    from.on('data', (chunk) => {
      if (link.dead) return;
      const passed = this.#filter(chunk, direction, link.connection);
      if (passed === null) return;
      if (delayMs === 0) to.write(passed);
      else setTimeout(() => to.write(passed), delayMs);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!link.dead) to.destroy();
    });
  }
}
