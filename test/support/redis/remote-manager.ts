import { type ChildProcess, fork } from 'node:child_process';
import type { RedisQueueOptions, RedisTarget } from '../../../src/queue/redis.ts';
import type { ExchangeReply, ExchangeRequest, Lease } from '../../../src/queue/types.ts';

/** Parent to child. */
export interface RemoteCall {
  readonly call: number;
  readonly queue: string;
  /** Milliseconds that the event loop is blocked before the exchange. */
  readonly blockMs: number;
  readonly request: Omit<ExchangeRequest, 'signal'>;
}

/** Child to parent. */
export type RemoteReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reply'; readonly call: number; readonly reply: ExchangeReply }
  | { readonly kind: 'failed'; readonly call: number; readonly message: string }
  | { readonly kind: 'lost'; readonly lease: Lease };

/** A manager in a process of its own, to be killed or stopped. */
export class RemoteManager {
  readonly lost: Lease[] = [];
  readonly #child: ChildProcess;
  readonly #calls = new Map<number, (reply: RemoteReply) => void>();
  #nextCall = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message: RemoteReply) => {
      if (message.kind === 'lost') this.lost.push(message.lease);
      else if (message.kind !== 'ready') this.#calls.get(message.call)?.(message);
    });
  }

  static async start(target: RedisTarget, options: RedisQueueOptions): Promise<RemoteManager> {
    const child = fork(new URL('./remote-manager-process.ts', import.meta.url), {
      env: { ...process.env, REMOTE_MANAGER: JSON.stringify({ target, options }) },
      execArgv: [],
    });
    const remote = new RemoteManager(child);
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)));
    });
    return remote;
  }

  exchange(queue: string, request: RemoteCall['request'], blockMs = 0): Promise<ExchangeReply> {
    const call = this.#nextCall++;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, (reply) => {
        this.#calls.delete(call);
        if (reply.kind === 'reply') resolve(reply.reply);
        else reject(new Error(reply.kind === 'failed' ? reply.message : reply.kind));
      });
      this.#child.send({ call, queue, blockMs, request } satisfies RemoteCall);
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the process with SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}
