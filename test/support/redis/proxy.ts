import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** What the proxy does with bytes. */
export type ProxyMode =
  /** Hands them on. */
  | 'open'
  /** Swallows them in both directions while the sockets stay up: the peer has vanished without a word. */
  | 'half-open'
  /** Refuses new connections and resets the present ones. */
  | 'down';

/** A TCP proxy on loopback that can delay bytes and go dead in several ways. */
export class TcpProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #delayMs: number;
  readonly #sockets = new Set<Socket>();
  readonly #links = new Set<{ dead: boolean }>();
  #mode: ProxyMode = 'open';
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

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    if (this.#mode === 'down') return void client.resetAndDestroy();
    const upstream = createConnection({ port: this.#target, host: '127.0.0.1', noDelay: true });
    const link = { dead: this.#mode === 'half-open' };
    this.#links.add(link);
    upstream.once('close', () => this.#links.delete(link));
    this.#pipe(client, upstream, link, this.#delayMs);
    this.#pipe(upstream, client, link, 0);
  }

  #pipe(from: Socket, to: Socket, link: { dead: boolean }, delayMs: number): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => {
      if (link.dead) return;
      if (delayMs === 0) to.write(chunk);
      else setTimeout(() => to.write(chunk), delayMs);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!link.dead) to.destroy();
    });
  }
}
