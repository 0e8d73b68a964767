import type { ProxyRequest, Reply } from './http.ts';

/** Headers of one hop, or made anew. */
const HOP_HEADERS = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'keep-alive',
]);

/** The emulator's own REST API. */
export class Upstream {
  readonly #url: string;
  readonly #token: string;

  /** @param token of a user who may do everything in the seeded repositories */
  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Passes a request on as it came. */
  async forward(request: ProxyRequest): Promise<Reply> {
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      HOP_HEADERS.has(name) || typeof value !== 'string' ? [] : [[name, value]],
    );
    const query = request.query.size > 0 ? `?${request.query}` : '';
    const response = await fetch(`${this.#url}${request.path}${query}`, {
      method: request.method,
      headers,
      redirect: 'manual',
      ...(request.body.length > 0 && { body: new Uint8Array(request.body) }),
    });
    const kept = Object.fromEntries(
      [...response.headers].filter(([name]) => !HOP_HEADERS.has(name) && name !== 'content-encoding'),
    );
    return { status: response.status, headers: kept, body: Buffer.from(await response.arrayBuffer()) };
  }

  /** A request with the owner's token, or that of a request that is being answered; throws on a refusal. */
  async call<T>(method: string, path: string, body?: object, authorization?: string): Promise<T> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: authorization ?? `Bearer ${this.#token}`,
        accept: 'application/vnd.github+json',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new UpstreamError(response.status, `${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

/** The emulator refused a request. */
export class UpstreamError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
