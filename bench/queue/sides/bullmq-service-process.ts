import { Queue, Worker } from 'bullmq';
import { QUEUES } from '../../../src/messages/queues.ts';

/** A service of BullMQ with a queue and a worker for each queue of ours. */
const { hostname: host, port } = new URL(process.env.REDIS_URL ?? '');
const connection = { host, port: Number(port), maxRetriesPerRequest: null };
const parts = Object.values(QUEUES).flatMap((name) => [
  new Queue(name, { connection }),
  new Worker(name, async () => undefined, { connection, concurrency: 10 }),
]);

process.on('SIGTERM', async () => {
  for (const part of parts) await part.close();
});
