import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { registerHandlers } from '../../../handlers/index.ts';
import { systemClock } from '../../../src/clock.ts';
import { EventBus } from '../../../src/events/event-bus.ts';
import type { ServiceEvents } from '../../../src/events/event-map.ts';
import { silentLogger } from '../../../src/logger.ts';
import { SqliteQueueManager } from '../../../src/queue/sqlite.ts';
import { openSqliteStore } from '../../../src/store/sqlite-store.ts';
import type { Store } from '../../../src/store/types.ts';
import { createWebApp, WEBHOOK_PATH, type WebAppOptions } from '../../../src/web/app.ts';
import { Inbox } from '../../../src/web/inbox.ts';
import { HttpServer, type ServerOptions } from '../../../src/web/server.ts';
import { temporaryFolder } from '../service/temporary-folder.ts';

/** An answer of the webhook route. */
export interface IngressAnswer {
  code: number;
  status: string;
  error?: string;
  reason?: string;
  retryAfter: string | null;
}

/** The real ingress on SQLite: route, inbox, bus and handlers, without workers. */
export class Ingress implements AsyncDisposable {
  readonly secret = randomBytes(20).toString('hex');
  readonly oldSecret = randomBytes(20).toString('hex');
  readonly bus = new EventBus<ServiceEvents>();
  readonly appId = '4711';
  readonly url: string;
  /** The SQLite file. */
  readonly file: string;
  readonly store: Store;
  readonly queues: SqliteQueueManager;
  readonly inbox: Inbox;
  readonly #owned: AsyncDisposableStack;

  private constructor(parts: { store: Store; queues: SqliteQueueManager; file: string }, server: HttpServer) {
    this.store = parts.store;
    this.queues = parts.queues;
    this.file = parts.file;
    const { bus, store, queues, appId } = this;
    const common = { clock: systemClock, logger: silentLogger() };
    registerHandlers(bus, { ...common, queues, store, appId });
    this.inbox = new Inbox({ ...common, appId, bus, store });
    this.url = `http://127.0.0.1:${server.port}${WEBHOOK_PATH}`;
    this.#owned = new AsyncDisposableStack();
  }

  /** @param options of the route and of the server, over the defaults; `folder` is one that stays, default none */
  static async open(
    options: Partial<WebAppOptions & ServerOptions> & { folder?: string } = {},
  ): Promise<Ingress> {
    await using owned = new AsyncDisposableStack();
    const folder = options.folder ?? owned.use(temporaryFolder()).path;
    const file = path.join(folder, 'checkmend.db');
    const store = owned.adopt(await openSqliteStore({ path: file, clock: systemClock }), (it) => it.close());
    const queues = owned.adopt(await SqliteQueueManager.open(file), (it) => it.close());
    const late: { app?: Parameters<typeof HttpServer.listen>[0] } = {};
    const server = owned.adopt(
      await HttpServer.listen((request, response) => late.app?.(request, response), {
        host: '127.0.0.1',
        port: 0,
        ...options,
      }),
      (it) => it.close(0),
    );
    const ingress = new Ingress({ store, queues, file }, server);
    const { inbox, secret, oldSecret } = ingress;
    late.app = createWebApp({
      inbox,
      secrets: [secret, oldSecret],
      logger: silentLogger(),
      checkReady: () => store.check(),
      ...options,
    });
    ingress.#owned.use(owned.move());
    return ingress;
  }

  /** Headers of a delivery as GitHub sends them. */
  headers(
    event: string,
    body: string | Buffer,
    guid: string = randomUUID(),
    secret = this.secret,
  ): Record<string, string> {
    return {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': guid,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    };
  }

  async post(
    headers: Record<string, string>,
    body: string | Buffer,
    method = 'POST',
  ): Promise<IngressAnswer> {
    const response = await fetch(this.url, {
      method,
      headers,
      ...(method !== 'GET' && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    });
    const answer = (await response.json()) as Omit<IngressAnswer, 'code' | 'retryAfter'>;
    // Tests look at the store right after.
    await this.inbox.settled();
    return { code: response.status, retryAfter: response.headers.get('retry-after'), ...answer };
  }

  /** Posts a payload, rightly signed. */
  async deliver(event: string, payload: object, guid?: string): Promise<IngressAnswer> {
    const body = JSON.stringify(payload);
    return await this.post(this.headers(event, body, guid), body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}
