import { type Clock, sleep } from '../../clock.ts';
import { QueueError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { Bag } from './bag.ts';
import { createClient, destroyClient, isCluster, type RedisClient, type RedisTarget } from './client.ts';
import { classify, toQueueError } from './errors.ts';
import { parseInfo, policyWarning, requireVersion } from './server-info.ts';

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly target: RedisTarget;
  /** Shown by `CLIENT LIST`. */
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds for one answer. */
  readonly commandTimeoutMs: number;
  /** Milliseconds for one operation with all its tries. */
  readonly operationTimeoutMs: number;
  /** Whether it warns of a server that may evict messages: one connection of a manager is enough. Default false. */
  readonly warns?: boolean;
  /** Called after every answer that arrived. */
  readonly onSuccess?: () => void;
}

const CONNECT_TIMEOUT_MS = 2000;
const BACKOFF_FIRST_MS = 50;
const BACKOFF_MOST_MS = 1000;
/** After a deadline, how long an answer that has already arrived may take to be read: the loop may have been busy. */
const GRACE_MS = 50;

/** One client's life: when it ends, so does every command that is still under way on it. */
class Link {
  readonly client: RedisClient;
  readonly #pending = new Bag<(reason: Error) => void>();
  #ended: Error | undefined;

  constructor(client: RedisClient) {
    this.client = client;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  end(reason: Error): void {
    if (this.#ended) return;
    this.#ended = reason;
    destroyClient(this.client);
    for (const reject of this.#pending) reject(reason);
  }

  /** Runs a command until it answers, the link ends, or the deadline passes, which ends the link. */
  run<T>(command: (client: RedisClient) => Promise<T>, clock: Clock, timeoutMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const expire = () => {
        timer = clock.setTimeout(() => this.end(new Error(`no answer in ${timeoutMs} ms`)), GRACE_MS);
      };
      let timer = clock.setTimeout(expire, timeoutMs);
      const settle = () => {
        timer.clear();
        this.#pending.delete(fail);
      };
      const fail = (reason: unknown) => {
        settle();
        reject(reason);
      };
      this.#pending.add(fail);
      command(this.client).then((value) => {
        settle();
        resolve(value);
      }, fail);
    });
  }
}

/**
 * A connection that heals by itself. Clients are never repaired: on a lost socket, a missed deadline or a server
 * that changed its role, the client is destroyed and a new one built, with jittered back-off that starts over only
 * after a command has succeeded, so that it neither spins nor ends.
 */
export class RedisConnection {
  readonly #options: ConnectionOptions;
  readonly #closing = new AbortController();
  #link: Promise<Link> | undefined;
  #current: Link | undefined;
  /** The one that is being made. */
  #next: Link | undefined;
  #failures = 0;
  #warned = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Aborts with `close`. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Runs a command, again on a new connection if the one it ran on was lost, until `operationTimeoutMs`.
   * The command must be one that may be sent twice.
   *
   * @throws QueueError `unavailable` after the last try, `closed`
   */
  async run<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    const { clock, operationTimeoutMs } = this.#options;
    const deadline = clock.monotonic() + operationTimeoutMs;
    for (;;) {
      try {
        return await this.once(command, deadline - clock.monotonic());
      } catch (error) {
        const kind = classify(error);
        if (kind === 'final') throw toQueueError(error);
        const pause = kind === 'later' ? this.#backoff() : 0;
        if (clock.monotonic() + pause >= deadline) throw this.#unavailable(error);
        if (pause > 0) await sleep(clock, pause, this.#closing.signal);
      }
    }
  }

  /**
   * Runs a command once, as soon as there is a connection.
   * @param withinMs for all of it; the answer itself may take `answerMs`, default `commandTimeoutMs`
   */
  async once<T>(
    command: (client: RedisClient) => Promise<T>,
    withinMs = this.#options.operationTimeoutMs,
    answerMs = this.#options.commandTimeoutMs,
  ): Promise<T> {
    const link = this.#current ?? (await this.#ready(withinMs));
    try {
      const value = await link.run(command, this.#options.clock, answerMs);
      this.#failures = 0;
      this.#options.onSuccess?.();
      return value;
    } catch (error) {
      if (classify(error) === 'rebuild') this.#drop(link, error);
      throw error;
    }
  }

  /** Ends everything at once; commands under way fail with `closed`. Idempotent. */
  close(): void {
    const reason = new QueueError('closed', 'the queue manager is closed');
    this.#closing.abort(reason);
    for (const link of [this.#current, this.#next]) link?.end(reason);
    this.#current = undefined;
  }

  async #ready(withinMs: number): Promise<Link> {
    if (this.closed) throw this.#closing.signal.reason;
    this.#link ??= this.#connect();
    const { clock } = this.#options;
    const waiting = new AbortController();
    const late = sleep(clock, Math.max(0, withinMs), waiting.signal).then((): Link => {
      if (this.closed) throw this.#closing.signal.reason;
      throw this.#unavailable(undefined);
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([this.#link, late]);
    } finally {
      waiting.abort();
    }
  }

  /** Tries until there is a connection, or until `close`. */
  async #connect(): Promise<Link> {
    const { clock, logger, target, name } = this.#options;
    for (;;) {
      if (this.#failures > 0) await sleep(clock, this.#backoff(), this.#closing.signal);
      if (this.closed) throw this.#closing.signal.reason;
      const link = new Link(createClient(target, name, CONNECT_TIMEOUT_MS));
      this.#next = link;
      try {
        await this.#handshake(link);
        this.#current = link;
        return link;
      } catch (error) {
        link.end(error instanceof Error ? error : new Error('connecting failed', { cause: error }));
        if (classify(error) === 'final') {
          this.#link = undefined;
          throw toQueueError(error);
        }
        this.#failures++;
        logger.debug({ err: error, connection: name, failures: this.#failures }, 'redis: no connection');
      }
    }
  }

  async #handshake(link: Link): Promise<void> {
    const { clock, logger, target } = this.#options;
    const onClose = () => this.#drop(link, new Error('the connection was closed'));
    link.client.on('error', () => undefined);
    link.client.on('end', onClose);
    await link.run((client) => client.connect(), clock, CONNECT_TIMEOUT_MS + GRACE_MS);
    const info = parseInfo(await link.run((client) => client.info(), clock, CONNECT_TIMEOUT_MS));
    requireVersion(info);
    if (info.loading || !(info.isMaster || isCluster(target)))
      throw new Error('the server is loading or a replica');
    if (this.#warned || !this.#options.warns) return;
    this.#warned = true;
    const warning = policyWarning(info);
    if (warning) logger.warn(warning);
  }

  #drop(link: Link, cause: unknown): void {
    if (this.#current === link) {
      this.#current = undefined;
      this.#link = undefined;
      this.#failures++;
    }
    link.end(cause instanceof Error ? cause : new Error('the connection was lost', { cause }));
  }

  #backoff(): number {
    const most = Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(this.#failures - 1, 10));
    return most * (0.5 + Math.random() / 2);
  }

  #unavailable(cause: unknown): QueueError {
    return new QueueError('unavailable', 'Redis is out of reach', { cause });
  }
}
