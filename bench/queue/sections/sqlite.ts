import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SqliteQueueManager } from '../../../src/queue/sqlite.ts';
import type { Scale } from '../bench.ts';
import { type Figure, median, rate } from '../figures.ts';
import { insertBare } from '../sqlite/bare.ts';
import { processAll, sendSingly } from '../sqlite/ours.ts';

const JOBS = 20_000;
const IN_FLIGHT = 50;
const CONCURRENCY = 50;

/** The queue in a file, durable, beside bare prepared inserts of the same rows in transactions of the same size. */
export async function sqlite(scale: Scale): Promise<Figure[]> {
  const count = Math.max(1000, Math.round(JOBS * scale.jobs));
  const sent: number[] = [];
  const processed: number[] = [];
  const inserted: number[] = [];
  for (let round = 0; round < scale.rounds; round++) {
    const folder = mkdtempSync(path.join(tmpdir(), 'checkmend-bench-'));
    const queues = await SqliteQueueManager.open(path.join(folder, 'queue.db'));
    try {
      await sendSingly(queues, { first: 0, count: count / 10, inFlight: IN_FLIGHT });
      sent.push(await sendSingly(queues, { first: count, count, inFlight: IN_FLIGHT }));
      inserted.push(insertBare(path.join(folder, 'bare.db'), count, IN_FLIGHT));
      processed.push(await processAll(queues, count * 1.1, CONCURRENCY));
    } finally {
      await queues.close();
      rmSync(folder, { recursive: true });
    }
  }
  const bare = median(inserted);
  return [
    rate(`SQLite, durable: single sends, ${IN_FLIGHT} in flight, /s`, median(sent), bare),
    rate(`SQLite, durable: processed, concurrency ${CONCURRENCY}, /s`, median(processed), null),
  ];
}
