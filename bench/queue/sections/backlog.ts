import type { Bench } from '../bench.ts';
import { type Figure, median, rate } from '../figures.ts';
import { SIDES, type SideName } from '../sides/side.ts';
import { compare, processRate } from './throughput.ts';

const BACKLOG = 1_000_000;
/** Processed at a time, and how many of them do not count. */
const JOBS = 100_000;
const WARM_UP = 40_000;
const SINGLE_JOBS = 20_000;
const CONCURRENCY = 50;
const SIZES = [1000, 10_000, 100_000, 1_000_000];

/** Both sides with many messages waiting in the same server, a million in the full scale. */
export async function backlog(bench: Bench): Promise<Figure[]> {
  const waiting = bench.count(BACKLOG);
  const label = `, ${waiting.toLocaleString('en-US')} waiting`;
  const jobs = bench.count(JOBS);
  const warmUp = bench.count(WARM_UP);
  const single = bench.count(SINGLE_JOBS);
  for (const name of SIDES) await fill(bench, name, 0, waiting);
  const firsts: Record<SideName, number> = { ours: waiting, bullmq: waiting };
  const singles = await bench.rounds(async (name) => {
    await using side = bench.side(name);
    const ms = await side.call('addSingly', { first: firsts[name], count: single, inFlight: 50 });
    firsts[name] += single;
    return (single / ms) * 1000;
  });
  const full = await bench.rounds(async (name) => {
    const result = await processRate(
      bench,
      name,
      { concurrency: CONCURRENCY, jobMs: 0, jobs, warmUp },
      firsts[name],
    );
    firsts[name] += jobs;
    return result;
  });
  await bench.flush();
  const empty = await bench.rounds(async (name) => {
    await bench.flush();
    return processRate(bench, name, { concurrency: CONCURRENCY, jobMs: 0, jobs, warmUp });
  });
  const times = (name: SideName) => median(empty[name]) / median(full[name]);
  return [
    compare(`single add, 50 in flight, /s${label}`, singles),
    compare(`process, no-op, concurrency ${CONCURRENCY}, /s${label}`, full),
    compare(`the same when empty, /s`, empty),
    rate(`time of a message${label}, times that when empty`, times('ours'), null),
    rate(`the same of BullMQ, times`, times('bullmq'), null),
  ];
}

/** Ours from a thousand messages waiting to a million, in every scale. */
export async function growth(bench: Bench): Promise<Figure[]> {
  const jobs = bench.count(JOBS);
  const warmUp = bench.count(WARM_UP);
  let filled = 0;
  let next = SIZES.at(-1) ?? 0;
  const figures: Figure[] = [];
  for (const size of SIZES) {
    await fill(bench, 'ours', filled, size - filled);
    filled = size;
    const rates = [];
    for (let round = 0; round < bench.scale.rounds; round++) {
      rates.push(
        await processRate(bench, 'ours', { concurrency: CONCURRENCY, jobMs: 0, jobs, warmUp }, next),
      );
      next += jobs;
    }
    const name = `ours, ${size.toLocaleString('en-US')} waiting: processed at concurrency ${CONCURRENCY}, /s`;
    figures.push(rate(name, median(rates), null));
  }
  return figures;
}

async function fill(bench: Bench, name: SideName, first: number, count: number): Promise<void> {
  await using side = bench.side(name);
  await side.call('addBulk', { first, count });
}
