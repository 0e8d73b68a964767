import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** A request with its body read. */
export interface ProxyRequest {
  method: string;
  /** Path without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** What is answered; an object body goes out as JSON. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: Buffer | string | object;
}

/** A small HTTP server on 127.0.0.1: one function answers everything; `null` cuts the connection. */
export class LoopbackServer {
  readonly #server: Server;

  constructor(answer: (request: ProxyRequest) => Promise<Reply | null>) {
    this.#server = createServer((request, response) => {
      void respond(request, response, answer);
    });
    this.#server.keepAliveTimeout = 1000;
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: ProxyRequest) => Promise<Reply | null>,
): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const reply = await answer({
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(await request.toArray()),
    });
    if (!reply) {
      response.destroy();
      return;
    }
    const { body = '' } = reply;
    const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
    response.writeHead(reply.status, {
      date: new Date().toUTCString(),
      ...(isJson && { 'content-type': 'application/json; charset=utf-8' }),
      ...reply.headers,
    });
    response.end(isJson ? JSON.stringify(body) : body);
  } catch (error) {
    response.writeHead(500).end(`the local GitHub failed: ${String(error)}`);
  }
}
