import { type Clock, sleep } from '../../clock.ts';
import type { RedisClient } from './client.ts';
import { type ConnectionOptions, RedisConnection } from './connection.ts';

/** Seconds of one blocking command: a lost wake-up or a dead socket is noticed after that at the latest. */
const BLOCK_SECONDS = 5;
/** Milliseconds that the answer to a blocking command may come late. */
const BLOCK_GRACE_MS = 1000;
/** Milliseconds between two tries to block. */
const RETRY_MS = 50;

interface Waiter {
  readonly key: string;
  readonly finish: (woken: boolean) => void;
}

/**
 * Waits for the markers of any number of queues with one blocking client. Nothing depends on a marker to
 * arrive: callers look by themselves from time to time.
 */
export class WakeListener {
  readonly #connection: RedisConnection;
  readonly #commands: RedisConnection;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #blockedOn: ReadonlySet<string> = new Set();
  #blockedClientId: number | undefined;
  #running: Promise<void> | undefined;
  /** The connection was lost since: whatever was ready then may have no marker any more. */
  #suspect = false;

  /** @param commands the connection for what cannot be said on a blocked one */
  constructor(options: ConnectionOptions, commands: RedisConnection) {
    this.#connection = new RedisConnection(options);
    this.#commands = commands;
    this.#clock = options.clock;
  }

  /** True from `close` on: nothing waits here any more. */
  get closed(): boolean {
    return this.#connection.closed;
  }

  /** False after the connection was lost, until it blocks again: a marker may have been taken unheard. */
  get trusted(): boolean {
    return !this.#suspect;
  }

  /** Resolves with true when the key's marker was taken, with false after `ms`, on abort and on `close`. */
  wait(key: string, ms: number, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted || this.closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const finish = (woken: boolean) => {
        timer.clear();
        signal?.removeEventListener('abort', onAbort);
        this.#waiters.delete(waiter);
        resolve(woken);
      };
      const onAbort = () => finish(false);
      const waiter: Waiter = { key, finish };
      const timer = this.#clock.setTimeout(onAbort, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
      if (!this.#running) this.#running = this.#loop();
      else if (!this.#blockedOn.has(key)) this.#unblock();
    });
  }

  /** Ends all waiting at once. */
  async close(): Promise<void> {
    // The server may be long in noticing that the connection is closed, and hand it the markers of others until then.
    this.#unblock();
    this.#connection.close();
    for (const waiter of [...this.#waiters]) waiter.finish(false);
    await this.#running;
  }

  async #loop(): Promise<void> {
    // Let the other queues of this turn join the first block.
    await Promise.resolve();
    while (this.#waiters.size > 0 && !this.closed) {
      try {
        const key = await this.#block();
        if (key !== undefined) this.#hand(key);
      } catch {
        this.#suspect = true;
        this.#blockedOn = new Set();
        this.#blockedClientId = undefined;
        // The connection is being rebuilt, with its back-off; this pause only keeps the loop from spinning.
        await sleep(this.#clock, RETRY_MS, this.#connection.closing);
      }
    }
    this.#running = undefined;
  }

  async #block(): Promise<string | undefined> {
    const reply = await this.#connection.once(
      async (client) => {
        const id = await clientId(client);
        if (this.#suspect) {
          this.#suspect = false;
          for (const waiter of [...this.#waiters]) waiter.finish(true);
        }
        const keys = new Set([...this.#waiters].map((waiter) => waiter.key));
        if (keys.size === 0) return null;
        this.#blockedOn = keys;
        this.#blockedClientId = id;
        return client.call('bzpopmin', ...keys, BLOCK_SECONDS);
      },
      undefined,
      BLOCK_SECONDS * 1000 + BLOCK_GRACE_MS,
    );
    this.#blockedOn = new Set();
    this.#blockedClientId = undefined;
    return Array.isArray(reply) ? String(reply[0]) : undefined;
  }

  #hand(key: string): void {
    for (const waiter of this.#waiters) {
      if (waiter.key !== key) continue;
      waiter.finish(true);
      return;
    }
    // Nobody here waits for it any more: others may.
    this.#commands.once((client) => client.call('zadd', key, 0, 'w')).catch(() => undefined);
  }

  /** Ends the command that blocks: it does not cover a new key, as the next one will, or nobody waits any more. */
  #unblock(): void {
    const id = this.#blockedClientId;
    if (id === undefined) return;
    this.#blockedClientId = undefined;
    this.#commands.once((client) => client.call('client', 'UNBLOCK', id)).catch(() => undefined);
  }
}

const ids = new WeakMap<RedisClient, number>();

async function clientId(client: RedisClient): Promise<number> {
  const known = ids.get(client);
  if (known !== undefined) return known;
  const id = Number(await client.call('client', 'ID'));
  ids.set(client, id);
  return id;
}
