import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';

/** Where and how to listen. */
export interface ServerOptions {
  /** Address; e.g. `127.0.0.1`. */
  host: string;
  /** 0..65535; 0 takes a free one. */
  port: number;
  /** Milliseconds a sender has for its headers, <= `requestTimeoutMs`; default 10000, or that when it is less. */
  headersTimeoutMs?: number;
  /** Milliseconds a sender has for the whole request; default 30000. */
  requestTimeoutMs?: number;
}

/** A listening HTTP server. */
export class HttpServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens; rejects with the system's error when the address is taken. */
  static async listen(listener: RequestListener, options: ServerOptions): Promise<HttpServer> {
    const { requestTimeoutMs = 30_000, headersTimeoutMs = Math.min(10_000, requestTimeoutMs) } = options;
    const server = createServer(
      {
        headersTimeout: headersTimeoutMs,
        requestTimeout: requestTimeoutMs,
        // How often the two limits are looked at.
        connectionsCheckingInterval: 1000,
      },
      listener,
    );
    server.listen(options.port, options.host);
    await once(server, 'listening');
    return new HttpServer(server);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Takes no new connection, finishes requests, and cuts what is left after the deadline. Idempotent. */
  async close(deadlineMs: number): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    const deadline = setTimeout(() => this.#server.closeAllConnections(), deadlineMs);
    await closed;
    clearTimeout(deadline);
  }
}
