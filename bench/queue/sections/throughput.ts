import type { Bench } from '../bench.ts';
import { type Figure, median, rate } from '../figures.ts';
import type { SideName } from '../sides/side.ts';

const BULK_JOBS = 100_000;
const SINGLE_JOBS = 60_000;
const IN_FLIGHT = 50;

/**
 * How many are processed at a concurrency, and how many before that do not count: enough for the faster side to take a
 * second or more for each. A process runs for days, and is compiled by then.
 */
const PROCESSED = [
  { concurrency: 1, warmUp: 20_000, jobs: 20_000, jobMs: 0 },
  { concurrency: 10, warmUp: 60_000, jobs: 100_000, jobMs: 0 },
  { concurrency: 50, warmUp: 60_000, jobs: 100_000, jobMs: 0 },
  { concurrency: 100, warmUp: 60_000, jobs: 100_000, jobMs: 0 },
  { concurrency: 50, warmUp: 20_000, jobs: 20_000, jobMs: 5 },
] as const;

/** What either side adds before it is measured. */
const WARM_UP = 20_000;

/** Messages a second that are added. */
export async function adding(bench: Bench): Promise<Figure[]> {
  const bulk = bench.count(BULK_JOBS);
  const single = bench.count(SINGLE_JOBS);
  const warmUp = bench.count(WARM_UP);
  const bulks = await bench.rounds(async (name) => {
    await bench.flush();
    await using side = bench.side(name);
    await side.call('addBulk', { first: 0, count: warmUp });
    return (bulk / (await side.call('addBulk', { first: warmUp, count: bulk }))) * 1000;
  });
  const singles = await bench.rounds(async (name) => {
    await bench.flush();
    await using side = bench.side(name);
    await side.call('addSingly', { first: 0, count: warmUp, inFlight: IN_FLIGHT });
    const ms = await side.call('addSingly', { first: warmUp, count: single, inFlight: IN_FLIGHT });
    return (single / ms) * 1000;
  });
  return [
    compare(`bulk add, /s${bench.label}`, bulks),
    compare(`single add, ${IN_FLIGHT} in flight, /s${bench.label}`, singles),
  ];
}

/** Messages a second that are worked on and settled. */
export async function processing(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { concurrency, jobMs, ...counts } of PROCESSED) {
    const warmUp = bench.count(counts.warmUp);
    const jobs = warmUp + bench.count(counts.jobs);
    const rates = await bench.rounds(async (name) => {
      await bench.flush();
      return processRate(bench, name, { concurrency, jobMs, jobs, warmUp });
    });
    const kind = jobMs === 0 ? 'no-op' : `${jobMs} ms`;
    figures.push(compare(`process, ${kind}, concurrency ${concurrency}, /s${bench.label}`, rates));
  }
  return figures;
}

/** Adds messages, works on as many, and answers how many a second; `warmUp` of them, by default a tenth, do not count. */
export async function processRate(
  bench: Bench,
  name: SideName,
  {
    concurrency,
    jobMs,
    jobs,
    warmUp = Math.ceil(jobs / 10),
  }: { concurrency: number; jobMs: number; jobs: number; warmUp?: number },
  first = 0,
): Promise<number> {
  await using side = bench.side(name);
  await side.call('addBulk', { first, count: jobs });
  const ms = await side.call('work', { concurrency, jobMs, jobs, warmUp });
  return ((jobs - warmUp) / ms) * 1000;
}

export function compare(metric: string, { ours, bullmq }: Record<SideName, number[]>): Figure {
  return rate(metric, median(ours), median(bullmq));
}
