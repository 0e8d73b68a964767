import { RedisQueueManager, type RedisQueueOptions, type RedisTarget } from '../../src/queue/redis.ts';
import { SqliteQueueManager, type SqliteQueueOptions } from '../../src/queue/sqlite.ts';
import type { Lease, QueueManager } from '../../src/queue/types.ts';

/** Where the process finds its queues. */
export type RemoteBackend =
  | { kind: 'sqlite'; path: string; options: SqliteQueueOptions }
  | { kind: 'redis'; target: RedisTarget; options: RedisQueueOptions };

/** What the parent asks for: a method of the manager, or a way to behave badly. */
export type RemoteRequest =
  | { id: number; kind: 'call'; method: RemoteMethod; args: unknown[] }
  /** Keeps the event loop busy for `ms`. */
  | { id: number; kind: 'block'; ms: number }
  /** Sends messages `<prefix>0`, `<prefix>1`, … for ever, reporting each once it is durable. */
  | { id: number; kind: 'flood'; queue: string; prefix: string };

export type RemoteMethod = Exclude<
  {
    [Name in keyof QueueManager]: QueueManager[Name] extends (...args: never[]) => Promise<unknown>
      ? Name
      : never;
  }[keyof QueueManager],
  never
>;

/** What the parent hears. */
export type RemoteReport =
  | { kind: 'ready' }
  | { kind: 'failed'; code: unknown; cause: unknown }
  | { kind: 'answer'; id: number; value?: unknown; error?: { code: unknown; message: string } }
  | { kind: 'durable'; message: string }
  | { kind: 'lost'; lease: Lease; reason: string };

const report = (it: RemoteReport) => process.send?.(it);

async function flood(manager: QueueManager, queue: string, prefix: string): Promise<void> {
  let next = 0;
  const sender = async () => {
    for (;;) {
      const id = `${prefix}${next++}`;
      const message = {
        id,
        type: 'test',
        payload: {},
        priority: 1,
        retryCount: 0,
        maxRetries: 3,
        timestamp: 0,
      };
      await manager.sendMessage(queue, message);
      report({ kind: 'durable', message: id });
    }
  };
  await Promise.all(Array.from({ length: 10 }, sender));
}

async function answer(manager: QueueManager, request: RemoteRequest): Promise<unknown> {
  if (request.kind === 'flood') return flood(manager, request.queue, request.prefix);
  if (request.kind === 'block') {
    const until = performance.now() + request.ms;
    while (performance.now() < until);
    return null;
  }
  const method = manager[request.method] as (...args: unknown[]) => Promise<unknown>;
  return method.apply(manager, request.args);
}

async function open(backend: RemoteBackend): Promise<QueueManager> {
  if (backend.kind === 'sqlite') return SqliteQueueManager.open(backend.path, backend.options);
  return new RedisQueueManager(backend.target, backend.options);
}

async function main(backend: RemoteBackend): Promise<void> {
  const manager = await open(backend);
  manager.onLeaseLost((lease, reason) => report({ kind: 'lost', lease, reason }));
  process.on('message', (request: RemoteRequest) => {
    answer(manager, request).then(
      (value) => report({ kind: 'answer', id: request.id, value }),
      (error) =>
        report({ kind: 'answer', id: request.id, error: { code: error.code, message: error.message } }),
    );
  });
  // Without its parent there is nothing to do.
  process.on('disconnect', () => process.exit(0));
  report({ kind: 'ready' });
}

main(JSON.parse(process.argv[2] ?? '') as RemoteBackend).catch((error) => {
  report({ kind: 'failed', code: error.code, cause: error.cause?.code });
  process.disconnect();
});
