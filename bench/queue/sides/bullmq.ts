import { type JobsOptions, Queue, Worker } from 'bullmq';
import { payloadOf, priorityOf } from '../messages.ts';
import { type Listener, QUEUE, type Side, type Work } from './side.ts';

/** Its own order: 1 is the highest, 0 is none. */
const PRIORITY_LAST = 10;

/** https://docs.bullmq.io/guide/going-to-production; finished jobs are removed at once, which costs it least. */
const JOB_OPTIONS = {
  attempts: 4,
  backoff: { type: 'exponential', delay: 60_000 },
  removeOnComplete: true,
  removeOnFail: 5000,
} as const;

/** `Queue` and `Worker` with the settings that its documentation advises for production. */
export function openBullmq(url: string): Side {
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port) };
  const queue = new Queue(QUEUE, { connection, defaultJobOptions: JOB_OPTIONS });
  const job = (n: number) => {
    const opts: JobsOptions = { jobId: `${QUEUE}_${n}`, priority: PRIORITY_LAST - priorityOf(n) };
    return { name: 'analyze_check_failure', data: payloadOf(n), opts };
  };
  return {
    configuration: {
      classes: 'Queue, Worker',
      ...JOB_OPTIONS,
      maxRetriesPerRequest: null,
      lockDuration: 30_000,
      stalledInterval: 30_000,
      drainDelay: 5,
    },
    async addBulk(first, count) {
      await queue.addBulk(Array.from({ length: count }, (_, i) => job(first + i)));
    },
    async add(n) {
      const { name, data, opts } = job(n);
      await queue.add(name, data, opts);
    },
    pause: () => queue.pause(),
    resume: () => queue.resume(),
    async work({ concurrency, jobMs }: Work, listener: Listener) {
      const worker = new Worker(
        QUEUE,
        async ({ id = '' }) => {
          listener.started?.(id);
          if (jobMs > 0) await new Promise((resolve) => setTimeout(resolve, jobMs));
        },
        { connection: { ...connection, maxRetriesPerRequest: null }, concurrency },
      );
      worker.on('completed', ({ id = '' }) => listener.done?.(id));
      worker.on('error', (error) => {
        throw error;
      });
      await worker.waitUntilReady();
      return () => worker.close();
    },
    close: () => queue.close(),
  };
}
