import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ActiveFault, answerOf } from './faults.ts';
import { LOG_STORAGE } from './routes/actions.ts';
import { type ApiRequest, type ApiResponse, empty, objectOf, refusal } from './wire.ts';

/** Where the emulator sends its webhooks to. */
export const HOOK_PATH = '/_storage/hooks';

/** What the proxy asks of the local GitHub. */
export interface ProxyHandlers {
  /** An API request from outside, without faults. */
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** A request to the storage of logs. */
  storage(request: ApiRequest): ApiResponse;
  /** A webhook of the emulator. */
  hook(event: string, payload: ReturnType<typeof objectOf>): void;
  /** The fault for a request, if one is set. */
  fault(request: ApiRequest): ActiveFault | null;
  /** What was answered; 0 for a broken connection. */
  log(request: ApiRequest, status: number, at: number): void;
}

/** The HTTP server of the local GitHub: on 127.0.0.1, on a port of its own. */
export async function listen(handlers: ProxyHandlers) {
  const server = createServer((incoming, outgoing) => {
    answer(handlers, incoming, outgoing).catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (!outgoing.headersSent) write(outgoing, 'GET', refusal(500, text));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  handlers: ProxyHandlers,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const arrived = Date.now();
  const request = await read(incoming);
  const { method, path } = request;
  if (path === HOOK_PATH) {
    handlers.hook(String(request.headers['x-github-event']), objectOf(request));
    return write(outgoing, method, empty(204));
  }
  if (path.startsWith(LOG_STORAGE)) return write(outgoing, method, handlers.storage(request));
  const response = await answerWithFaults(handlers, request);
  handlers.log(request, response?.status ?? 0, arrived);
  if (response === null) incoming.socket.destroy();
  else write(outgoing, method, response);
}

/** Null for a broken connection. */
async function answerWithFaults(handlers: ProxyHandlers, request: ApiRequest): Promise<ApiResponse | null> {
  const fault = handlers.fault(request);
  if (!fault) return conditional(request, await handlers.handle(request));
  const real = fault.afterEffect ? await handlers.handle(request) : null;
  await fault.until;
  const instead = answerOf(fault);
  if (instead === 'drop') return null;
  return instead ?? real ?? conditional(request, await handlers.handle(request));
}

/** Source: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate */
function conditional(request: ApiRequest, response: ApiResponse): ApiResponse {
  if (request.method !== 'GET' || response.status !== 200) return response;
  const etag = `W/"${createHash('sha256').update(response.body).digest('hex')}"`;
  if (request.headers['if-none-match'] === etag) {
    return empty(304, { ...pick(response.headers, /^x-ratelimit-/), etag });
  }
  return { ...response, headers: { ...response.headers, etag } };
}

async function read(incoming: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? '/', 'http://local');
  return {
    method: incoming.method ?? 'GET',
    // An Enterprise Server has its API under these paths.
    path: url.pathname.replace(/^\/api\/v3(?=\/)/, '').replace(/^\/api\/graphql$/, '/graphql'),
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks),
    internal: false,
  };
}

function write(outgoing: ServerResponse, method: string, response: ApiResponse): void {
  outgoing.writeHead(response.status, {
    ...response.headers,
    'content-length': response.body.length,
    'x-github-request-id': createHash('sha256').update(String(performance.now())).digest('hex').slice(0, 16),
  });
  outgoing.end(method === 'HEAD' || response.status === 304 ? undefined : response.body);
}

function pick(headers: Record<string, string>, names: RegExp): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.test(name)));
}
