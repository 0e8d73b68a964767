import { createHmac, randomUUID } from 'node:crypto';
import type { LocalApp } from './local-app.ts';
import type { Json } from './wire.ts';

/** Longest that a receiver may take, in milliseconds. Source: GitHub's "Best practices for using webhooks". */
const ANSWER_TIMEOUT_MS = 10_000;

/** One webhook and every try to deliver it. */
export interface Delivery {
  /** Number of the try, as the deliveries API lists it. */
  readonly id: number;
  /** `X-GitHub-Delivery`: the same for each try. */
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly payload: Json;
  readonly redelivery: boolean;
  readonly deliveredAt: string;
  /** Status that was answered; 0 where nobody answered. */
  statusCode: number;
  durationMs: number;
  requestHeaders: Record<string, string>;
}

/** Sends webhooks, signed as GitHub signs them, and keeps the log that the deliveries API shows. */
export class Hooks {
  readonly log: Delivery[] = [];
  readonly #app: LocalApp;
  readonly #closed = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #watchers = new Set<() => void>();
  #target: string | null;
  #toLose = 0;

  constructor(app: LocalApp, target: string | null) {
    this.#app = app;
    this.#target = target;
  }

  /** Where webhooks go from now on; null for nowhere. */
  setTarget(url: string | null): void {
    this.#target = url;
  }

  /** The next `count` webhooks are recorded as failed and not sent. */
  lose(count: number): void {
    this.#toLose = count;
  }

  /** Keeps `close` waiting for something that may still send. */
  track(work: Promise<unknown>): void {
    const settled = work.catch(() => undefined).finally(() => this.#underWay.delete(settled));
    this.#underWay.add(settled);
  }

  /** Sends one webhook; resolves when it was answered, or not. */
  async send(
    event: string,
    payload: Json,
    guid: string = randomUUID(),
    redelivery = false,
  ): Promise<Delivery> {
    const action = payload.action;
    const body = JSON.stringify(payload);
    const delivery: Delivery = {
      id: this.log.length + 1,
      guid,
      event,
      action: typeof action === 'string' ? action : null,
      payload,
      redelivery,
      deliveredAt: new Date().toISOString(),
      statusCode: 0,
      durationMs: 0,
      requestHeaders: this.#headersOf(event, guid, body),
    };
    this.log.push(delivery);
    const started = performance.now();
    const sent = this.#post(delivery, body);
    this.track(sent);
    delivery.statusCode = await sent;
    delivery.durationMs = performance.now() - started;
    for (const watcher of this.#watchers) watcher();
    return delivery;
  }

  /** Sends an earlier webhook once more, under the same guid. */
  async redeliver(id: number): Promise<Delivery | null> {
    const original = this.log[id - 1];
    return original ? await this.send(original.event, original.payload, original.guid, true) : null;
  }

  /** The first answered delivery that fits, now or later. */
  async waitFor(matches: (delivery: Delivery) => boolean, timeoutMs = 10_000): Promise<Delivery> {
    const { promise, resolve, reject } = Promise.withResolvers<Delivery>();
    const look = () => {
      const found = this.log.find((delivery) => delivery.statusCode !== 0 && matches(delivery));
      if (found) resolve(found);
    };
    const timer = setTimeout(
      () => reject(new Error(`no such delivery; there were: ${this.#summary()}`)),
      timeoutMs,
    );
    this.#watchers.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(look);
    }
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #post(delivery: Delivery, body: string): Promise<number> {
    if (this.#toLose > 0) {
      this.#toLose -= 1;
      return 0;
    }
    if (this.#target === null) return 0;
    try {
      const response = await fetch(this.#target, {
        method: 'POST',
        headers: delivery.requestHeaders,
        body,
        signal: AbortSignal.any([this.#closed.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  }

  #headersOf(event: string, guid: string, body: string): Record<string, string> {
    const sign = (algorithm: string) =>
      createHmac(algorithm, this.#app.webhookSecret).update(body).digest('hex');
    return {
      accept: '*/*',
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/local',
      'x-github-delivery': guid,
      'x-github-event': event,
      'x-github-hook-id': '1',
      'x-github-hook-installation-target-id': this.#app.id,
      'x-github-hook-installation-target-type': 'integration',
      'x-hub-signature': `sha1=${sign('sha1')}`,
      'x-hub-signature-256': `sha256=${sign('sha256')}`,
    };
  }

  #summary(): string {
    return this.log.map(({ event, action, statusCode }) => `${event}.${action} ${statusCode}`).join(', ');
  }
}
