import { Redis } from 'ioredis';
import { TcpProxy } from '../../test/support/redis/proxy.ts';
import { type RedisServer, startRedis } from '../../test/support/redis/server.ts';
import { SideClient } from './side-client.ts';
import { SIDES, type SideName } from './sides/side.ts';

/** How much is measured. */
export interface Scale {
  readonly rounds: number;
  /** Factor of all numbers of messages; 1 is the full size. */
  readonly jobs: number;
}

/** One redis-server that both sides use in turns. */
export class Bench implements AsyncDisposable {
  readonly scale: Scale;
  /** Put behind the name of every metric. */
  readonly label: string;
  readonly #server: RedisServer;
  readonly #proxy: TcpProxy | null;
  readonly #admin: Redis;

  private constructor(scale: Scale, label: string, server: RedisServer, proxy: TcpProxy | null) {
    this.scale = scale;
    this.label = label;
    this.#server = server;
    this.#proxy = proxy;
    this.#admin = new Redis(server.url);
  }

  /** @param options `delayMs` is added to each round trip */
  static async start(
    scale: Scale,
    label: string,
    { aof = 'none', delayMs = 0 }: { aof?: 'none' | 'everysec'; delayMs?: number } = {},
  ): Promise<Bench> {
    const server = await startRedis({ aof });
    const proxy = delayMs > 0 ? await new TcpProxy(server.port, delayMs).listen() : null;
    return new Bench(scale, label, server, proxy);
  }

  get url(): string {
    return this.#proxy ? `redis://127.0.0.1:${this.#proxy.port}` : this.#server.url;
  }

  /** So many messages, in this scale; at least 100. */
  count(jobs: number): number {
    return Math.max(100, Math.round(jobs * this.scale.jobs));
  }

  /** A new process of a side. */
  side(name: SideName): SideClient {
    return new SideClient(name, this.url);
  }

  /** What each side measured in each round, on an empty server; another one begins each round. */
  async rounds<T>(measure: (name: SideName) => Promise<T>): Promise<Record<SideName, T[]>> {
    const results: Record<SideName, T[]> = { ours: [], bullmq: [] };
    for (let round = 0; round < this.scale.rounds; round++) {
      for (const name of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
        results[name].push(await measure(name));
      }
    }
    return results;
  }

  async flush(): Promise<void> {
    await this.#admin.flushall('SYNC');
  }

  /** Commands that the server ran during `work`, those of scripts included. */
  async commands(work: () => Promise<unknown>): Promise<Map<string, number>> {
    await this.#admin.config('RESETSTAT');
    await work();
    const lines = (await this.#admin.info('commandstats')).split('\r\n');
    const calls = lines.map((line) => /^cmdstat_([^:]+):calls=(\d+)/.exec(line));
    return new Map(
      calls.flatMap((found) => {
        const [, name = '', count] = found ?? [];
        // What this measurement itself asks.
        return found && !/^(info|config\|resetstat)$/.test(name) ? [[name, Number(count)]] : [];
      }),
    );
  }

  /** Milliseconds of processor that the server has used. */
  async processorMs(): Promise<number> {
    const info = await this.#admin.info('cpu');
    const seconds = [...info.matchAll(/^used_cpu_(?:user|sys):(\S+)/gm)].map(([, value]) => Number(value));
    return seconds.reduce((sum, value) => sum + value, 0) * 1000;
  }

  /** Connections of others. */
  async connections(): Promise<number> {
    const list = String(await this.#admin.client('LIST'));
    return list.trim().split('\n').length - 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#admin.disconnect();
    await this.#proxy?.close();
    await this.#server.stop();
  }
}

/** All commands of {@link Bench.commands}. */
export function total(commands: ReadonlyMap<string, number>): number {
  return [...commands.values()].reduce((sum, calls) => sum + calls, 0);
}
