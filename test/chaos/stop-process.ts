import { type Resources, runUntilSignal } from '../../src/lifecycle.ts';
import { silentLogger } from '../../src/logger.ts';
import { SqliteQueueManager } from '../../src/queue/sqlite.ts';
import { EventWorker } from '../../src/worker/index.ts';

/** A worker whose handlers never end; says how many it has in hand once they are `want`. */
const [file = '', want = '0', deadlineMs = '1000'] = process.argv.slice(2);
let started = 0;

async function start(resources: Resources): Promise<void> {
  const queues = resources.hold('queues', await SqliteQueueManager.open(file), (it) => it.close());
  const concurrency = Number(want);
  const worker = new EventWorker({ name: 'stuck', queue: 'work', queues, concurrency });
  worker.registerHandler('hold', async () => {
    started += 1;
    if (started === Number(want)) process.stdout.write('full\n');
    return await new Promise<boolean>(() => undefined);
  });
  worker.start();
  resources.hold(
    'worker',
    worker,
    (it, stop) => it.stop(stop.deadlineMs),
    (it) => it.quiet(),
  );
}

process.exitCode = await runUntilSignal(start, { logger: silentLogger(), deadlineMs: Number(deadlineMs) });
