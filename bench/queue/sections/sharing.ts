import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { cost, type Figure, median } from '../figures.ts';
import { compare } from './throughput.ts';

const JOBS = 60_000;
const CONCURRENCY = 10;

/** Two worker processes on one queue: what they do together, and how evenly. */
export async function sharing(bench: Bench): Promise<Figure[]> {
  const jobs = bench.count(JOBS);
  const results = await bench.rounds(async (name) => {
    await bench.flush();
    await using one = bench.side(name);
    await using two = bench.side(name);
    await one.call('pause', {});
    await one.call('addBulk', { first: 0, count: jobs });
    // Both wait before there is anything to take.
    for (const side of [one, two]) await side.call('listen', { concurrency: CONCURRENCY, jobMs: 0 });
    await sleep(500);
    await one.call('resume', {});
    for (let done = 0; done < jobs; await sleep(50)) {
      done = (await one.call('heard', {})) + (await two.call('heard', {}));
    }
    const started = [await one.call('deafen', {}), await two.call('deafen', {})];
    const times = started.flatMap((moments) => moments.map(([, at]) => at));
    const ms = times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b));
    const share = Math.max(...started.map(({ length }) => length)) / times.length;
    return { rate: (jobs / ms) * 1000, share: share * 100 };
  });
  const pick = (key: 'rate' | 'share') => ({
    ours: results.ours.map((result) => result[key]),
    bullmq: results.bullmq.map((result) => result[key]),
  });
  const share = pick('share');
  return [
    compare(`two workers, concurrency ${CONCURRENCY} each, /s${bench.label}`, pick('rate')),
    cost(`two workers, largest share, %${bench.label}`, median(share.ours), median(share.bullmq)),
  ];
}
