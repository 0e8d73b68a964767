import { RedisQueueManager } from '../../../src/queue/redis.ts';
import { EventWorker } from '../../../src/worker/event-worker.ts';
import { messageOf } from '../messages.ts';
import { type Listener, QUEUE, type Side, type Work } from './side.ts';

/** `RedisQueueManager` and `EventWorker` with their defaults. */
export function openOurs(url: string): Side {
  const queues = new RedisQueueManager({ url });
  const send = (n: number) => queues.sendMessage(QUEUE, messageOf(QUEUE, n));
  return {
    configuration: {
      classes: 'RedisQueueManager, EventWorker',
      leaseMs: 30_000,
      agingMs: 600_000,
      timeoutMs: 600_000,
      maxRetries: 3,
      metrics: true,
      deadLetters: true,
    },
    async addBulk(first, count) {
      const items = Array.from({ length: count }, (_, i) => ({ message: messageOf(QUEUE, first + i) }));
      const outcomes = await queues.sendMessages(QUEUE, items);
      if (outcomes.some(({ status }) => status !== 'queued')) throw new Error('not all were stored');
    },
    async add(n) {
      if ((await send(n)) !== 'queued') throw new Error('it was there already');
    },
    pause: () => queues.pause(QUEUE),
    resume: () => queues.resume(QUEUE),
    async work({ concurrency, jobMs }: Work, listener: Listener) {
      const worker = new EventWorker({
        name: QUEUE,
        queue: QUEUE,
        queues,
        concurrency,
        observers: [{ processed: (_worker, { id }) => listener.done?.(id) }],
      });
      worker.registerHandler('analyze_check_failure', ({ id }) => {
        listener.started?.(id);
        if (jobMs === 0) return true;
        return new Promise<boolean>((resolve) => setTimeout(resolve, jobMs, true));
      });
      worker.start();
      await queues.getQueueSize(QUEUE);
      return () => worker.stop();
    },
    close: () => queues.close(),
  };
}
