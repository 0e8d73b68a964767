import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { cost, type Figure, median, quantile } from '../figures.ts';

const MESSAGES = 500;
/** Milliseconds between two messages: the worker is idle when the next comes. */
const GAP_MS = 10;
/** Messages before the first that counts. */
const WARM_UP = 50;

/** Milliseconds from a send in one process to the start of its handler in another that had nothing to do. */
export async function pickUp(bench: Bench): Promise<Figure[]> {
  const count = bench.count(MESSAGES) + WARM_UP;
  const results = await bench.rounds(async (name) => {
    await bench.flush();
    await using sender = bench.side(name);
    await using worker = bench.side(name);
    await worker.call('listen', { concurrency: 10, jobMs: 0 });
    const sent = await sender.call('trickle', { first: 0, count, gapMs: GAP_MS });
    while ((await worker.call('heard', {})) < count) await sleep(50);
    const started = new Map(await worker.call('deafen', {}));
    const latencies = sent.slice(WARM_UP).map(([id, at]) => (started.get(id) ?? Number.NaN) - at);
    return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
  });
  const figure = (key: 'p50' | 'p99') => {
    const [ours, bullmq] = [results.ours, results.bullmq].map((them) => median(them.map((it) => it[key])));
    return cost(`pick-up by an idle worker, ${key}, ms${bench.label}`, ours ?? 0, bullmq ?? 0);
  };
  return [figure('p50'), figure('p99')];
}
