import type { QueueManager } from '../../../src/queue/types.ts';
import { EventWorker } from '../../../src/worker/event-worker.ts';
import { messageOf } from '../messages.ts';
import { QUEUE } from '../sides/side.ts';

/** Single durable sends a second. */
export async function sendSingly(
  queues: QueueManager,
  { first, count, inFlight }: { first: number; count: number; inFlight: number },
): Promise<number> {
  let next = first;
  const sendRest = async () => {
    while (next < first + count) await queues.sendMessage(QUEUE, messageOf(QUEUE, next++));
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: inFlight }, sendRest));
  return (count / (performance.now() - startedAt)) * 1000;
}

/** Messages a second that a worker works on until so many are done. */
export async function processAll(queues: QueueManager, count: number, concurrency: number): Promise<number> {
  const ended = Promise.withResolvers<void>();
  let done = 0;
  const processed = () => {
    if (++done >= count) ended.resolve();
  };
  const worker = new EventWorker({
    name: QUEUE,
    queue: QUEUE,
    queues,
    concurrency,
    observers: [{ processed }],
  });
  worker.registerHandler('analyze_check_failure', () => true);
  const startedAt = performance.now();
  worker.start();
  await ended.promise;
  const seconds = (performance.now() - startedAt) / 1000;
  await worker.stop();
  return count / seconds;
}
