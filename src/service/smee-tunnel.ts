import { SmeeClient } from 'smee-client';
import { type Clock, sleep, type Timer } from '../clock.ts';
import { toError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { ExponentialBackoff } from '../worker/retry-policy.ts';

/** Options of {@link SmeeTunnel}. */
export interface SmeeTunnelOptions {
  /** Address of the channel. */
  source: string;
  /** Where its deliveries are posted to. */
  target: string;
  /** Names of the events that are passed on; null: all. */
  events: readonly string[] | null;
  logger: Logger;
  clock: Clock;
}

/** Milliseconds until a channel must have answered. */
const CONNECT_TIMEOUT_MS = 15_000;

/** A channel that pings and then is silent for this long is dead, in milliseconds: smee.io pings every 30 s. */
const SILENCE_MS = 90_000;

/** An `EventSource` that does not come back by itself. */
const CLOSED = 2;

/** Headers of a delivery that are passed on: those of the sender's own connection are not. */
const PASSED_ON = /^(?:content-type|user-agent|x-github-|x-hub-)/;

/**
 * Takes deliveries from a smee channel and posts them to the service, for development. The channel is opened again
 * for as long as it takes. It sends JSON that it wrote anew: where those bytes are others than GitHub's the
 * signature does not fit, and the log says so.
 */
export class SmeeTunnel {
  readonly #options: SmeeTunnelOptions;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #taken = 0;

  constructor(options: SmeeTunnelOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  /** A new channel. @param address e.g. `https://smee.io/new` */
  static async createChannel(address: string): Promise<string> {
    const channel = await SmeeClient.createChannel({
      newChannelUrl: address,
      fetch: (async (url: string, init: RequestInit) =>
        await fetch(url, withoutDispatcher(init))) as unknown as NonNullable<CreateFetch>,
    });
    return new URL(channel, address).href;
  }

  /** Takes nothing more. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { source, logger, clock } = this.#options;
    const { signal } = this.#stopping;
    const backoff = new ExponentialBackoff({ baseMs: 1000, maxMs: 30_000 });
    for (let failures = 1; !signal.aborted; failures++) {
      const client = this.#client();
      try {
        const started = client.start();
        started.catch(() => undefined);
        const events = await Promise.race([started, this.#late(started)]);
        logger.info({ source }, failures === 1 ? 'the tunnel is open' : 'the tunnel is open again');
        failures = 1;
        await this.#lost(events);
        if (!signal.aborted)
          logger.warn({ source }, 'the tunnel was lost; deliveries meanwhile are recovered');
      } catch (thrown) {
        const reason = thrown instanceof Error ? thrown.message : 'the channel does not answer';
        if (!signal.aborted) logger.warn({ source, reason }, 'the tunnel cannot be opened yet');
      } finally {
        await client.stop();
      }
      await sleep(clock, backoff.delayMs(failures), signal);
    }
  }

  #client(): SmeeClient {
    const { source, target, logger } = this.#options;
    return new SmeeClient({
      source,
      target,
      fetch: (url: string | URL, init: RequestInit) =>
        init.method === 'POST' ? this.#passOn(url, init) : fetch(url, withoutDispatcher(init)),
      logger: {
        info: (message: string) => logger.debug(message),
        error: (message: unknown) => logger.debug({ err: toError(message) }, 'smee'),
      },
    });
  }

  /** Rejects when the channel has not answered in time, or nobody waits for it any more. */
  async #late(started: Promise<unknown>): Promise<never> {
    const { clock } = this.#options;
    const settled = new AbortController();
    const end = () => settled.abort();
    started.then(end, end);
    await sleep(clock, CONNECT_TIMEOUT_MS, AbortSignal.any([settled.signal, this.#stopping.signal]));
    // Where it was settled, this comes too late to matter.
    throw new Error('the channel does not answer');
  }

  /** Resolves when the channel is gone for good, silent, or not wanted any more. */
  async #lost(events: EventTarget & { readonly readyState: number }): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    const { promise, resolve } = Promise.withResolvers<void>();
    let silence: Timer | undefined;
    const heard = () => {
      silence?.clear();
      silence = clock.setTimeout(resolve, SILENCE_MS);
    };
    events.addEventListener('ping', heard);
    events.addEventListener('error', () => {
      if (events.readyState === CLOSED) resolve();
    });
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted || events.readyState === CLOSED) resolve();
    await promise;
    silence?.clear();
  }

  async #passOn(target: string | URL, { body, headers, method }: RequestInit): Promise<Response> {
    const { events, logger } = this.#options;
    const kept = Object.entries(headers as Record<string, unknown>).flatMap(([name, value]) =>
      PASSED_ON.test(name) && typeof value === 'string' ? [[name, value] as const] : [],
    );
    const given = Object.fromEntries(kept);
    const fields = { deliveryId: given['x-github-delivery'], event: given['x-github-event'] };
    if (events && !events.includes(fields.event ?? '')) {
      logger.debug(fields, 'not one of the events of smee.config.json');
      return new Response(null, { status: 204 });
    }
    const response = await fetch(target, { method, headers: given, body } as RequestInit);
    if (response.ok) this.#taken += 1;
    else if (response.status === 401) this.#explain(fields);
    else logger.warn({ ...fields, status: response.status }, 'a delivery of the tunnel was not taken');
    return response;
  }

  #explain(fields: object): void {
    const why =
      this.#taken > 0
        ? 'the tunnel sends JSON that it wrote anew, and the signature is over the bytes that GitHub sent'
        : 'WEBHOOK_SECRET is not the secret of the App, or the tunnel has written the JSON anew with other bytes';
    const advice =
      'nothing is lost: the delivery is read from the API of GitHub within a minute; "checkmend start --pull" needs no tunnel at all';
    this.#options.logger.warn(
      { ...fields, why, advice },
      'the signature of a delivery of the tunnel does not fit',
    );
  }
}

type CreateFetch = NonNullable<Parameters<typeof SmeeClient.createChannel>[0]>['fetch'];

/** The package brings a dispatcher of its own, which may not fit this version of Node.js. */
function withoutDispatcher(init: RequestInit): RequestInit {
  const { dispatcher: _, ...rest } = init as RequestInit & { dispatcher?: unknown };
  return rest;
}
