import { createHmac } from 'node:crypto';
import type { ProxyRequest, Reply } from './http.ts';
import { type AddedRoute, NOT_FOUND } from './routes.ts';

/** A webhook POST and how it was answered. */
export interface LoggedDelivery {
  id: number;
  guid: string;
  event: string;
  action: string | null;
  deliveredAt: string;
  redelivery: boolean;
  /** HTTP status; 0 without an answer. */
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * What GitHub does between an event and the service: the emulator posts here, each delivery is logged and passed on
 * byte for byte with its signature. The App's deliveries API reads the log.
 */
export class Deliveries {
  /** Where the service takes deliveries; null: nowhere yet. */
  target: string | null = null;
  /** While true, deliveries are logged as failed and not passed on: an outage of the service's network. */
  losing = false;
  readonly log: LoggedDelivery[] = [];
  readonly #secret: string;
  readonly #guids = new Set<string>();
  readonly #pending = new Set<Promise<unknown>>();

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** Takes what the emulator posts. */
  receive({ headers, body }: ProxyRequest): Reply {
    const kept = Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        typeof value === 'string' && (name.startsWith('x-') || name === 'content-type')
          ? [[name, value]]
          : [],
      ),
    );
    this.#start(this.#deliver(kept, body, false));
    return { status: 200 };
  }

  /** Sends a signed event of its own, where GitHub sends one and the emulator does not. */
  send(event: string, payload: object): void {
    const body = Buffer.from(JSON.stringify(payload));
    const signature = createHmac('sha256', this.#secret).update(body).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': String(Date.now()),
      'x-hub-signature-256': `sha256=${signature}`,
    };
    this.#start(this.#deliver(headers, body, false));
  }

  /** Resolves once every delivery that was begun has been answered. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  routes(): AddedRoute[] {
    const docs = 'REST API, Apps: Webhooks';
    return [
      {
        name: 'hook-deliveries',
        docs,
        method: 'GET',
        path: /^\/app\/hook\/deliveries$/,
        answer: async (_, { query }) => this.#list(query),
      },
      {
        name: 'hook-deliveries',
        docs,
        method: 'GET',
        path: /^\/app\/hook\/deliveries\/(?<id>\d+)$/,
        answer: async ({ id }) => {
          const found = this.log.find((it) => it.id === Number(id));
          if (!found) return NOT_FOUND;
          const payload: unknown = JSON.parse(found.body.toString('utf8'));
          return { status: 200, body: { ...summaryOf(found), request: { headers: found.headers, payload } } };
        },
      },
      {
        name: 'hook-deliveries',
        docs,
        method: 'POST',
        path: /^\/app\/hook\/deliveries\/(?<id>\d+)\/attempts$/,
        answer: async ({ id }) => {
          const found = this.log.find((it) => it.id === Number(id));
          if (!found) return NOT_FOUND;
          this.#start(this.#deliver(found.headers, found.body, true));
          return { status: 202, body: {} };
        },
      },
    ];
  }

  #list(query: URLSearchParams): Reply {
    const perPage = Number(query.get('per_page') ?? 30);
    const before = Number(query.get('cursor') ?? Number.POSITIVE_INFINITY);
    const newest = this.log.toReversed().filter((it) => it.id < before);
    const page = newest.slice(0, perPage);
    const last = page.at(-1);
    const link =
      last && newest.length > perPage ? `<?per_page=${perPage}&cursor=${last.id}>; rel="next"` : null;
    return { status: 200, body: page.map(summaryOf), headers: link ? { link } : {} };
  }

  #start(delivery: Promise<unknown>): void {
    const done = delivery.finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }

  async #deliver(headers: Record<string, string>, body: Buffer, redelivery: boolean): Promise<void> {
    const guid = redelivery
      ? (headers['x-github-delivery'] ?? '')
      : this.#unique(headers['x-github-delivery'] ?? '');
    const { action = null } = JSON.parse(body.toString('utf8')) as { action?: string };
    const delivery: LoggedDelivery = {
      id: this.log.length + 1,
      guid,
      event: headers['x-github-event'] ?? '',
      action,
      deliveredAt: new Date().toISOString(),
      redelivery,
      status: 0,
      headers: { ...headers, 'x-github-delivery': guid },
      body,
    };
    this.log.push(delivery);
    if (this.target === null || this.losing) return;
    const request = { method: 'POST', headers: delivery.headers, body: new Uint8Array(body) };
    const answer = await fetch(this.target, { ...request, signal: AbortSignal.timeout(10_000) }).catch(
      () => null,
    );
    delivery.status = answer?.status ?? 0;
    await answer?.body?.cancel();
  }

  /** GitHub's ids are unique; the emulator's are the millisecond, so that two of one millisecond would be one. */
  #unique(id: string): string {
    let unique = id;
    for (let n = 1; this.#guids.has(unique); n++) unique = `${id}-${n}`;
    this.#guids.add(unique);
    return unique;
  }
}

function summaryOf(delivery: LoggedDelivery): object {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt,
    redelivery: delivery.redelivery,
    duration: 0.1,
    status: delivery.status >= 200 && delivery.status < 300 ? 'OK' : 'failed to connect to host',
    status_code: delivery.status,
    event: delivery.event,
    action: delivery.action,
    installation_id: null,
    repository_id: null,
    throttled_at: null,
  };
}
