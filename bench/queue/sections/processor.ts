import type { Bench } from '../bench.ts';
import { cost, type Figure, median } from '../figures.ts';
import type { SideClient } from '../side-client.ts';

const JOBS = 20_000;
const IN_FLIGHT = 50;

/** Works on so many messages, from the first on. */
type Work = (side: SideClient, first: number, count: number) => Promise<unknown>;

interface Task {
  readonly name: string;
  /** Is not measured. */
  readonly prepare?: Work;
  readonly run: Work;
}

const addBulk: Work = (side, first, count) => side.call('addBulk', { first, count });

const TASKS: readonly Task[] = [
  { name: 'bulk add', run: addBulk },
  {
    name: `single add, ${IN_FLIGHT} in flight`,
    run: (side, first, count) => side.call('addSingly', { first, count, inFlight: IN_FLIGHT }),
  },
  ...[1, 10, 50, 100].map((concurrency) => ({
    name: `process, no-op, concurrency ${concurrency}`,
    prepare: addBulk,
    run: ((side, _first, jobs) => side.call('work', { concurrency, jobMs: 0, jobs, warmUp: 1 })) as Work,
  })),
];

/**
 * Microseconds of processor that a message costs its client and the server together, the half before it not
 * counted: what remains the same on a machine that has other things to do.
 */
export async function processorTime(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, prepare, run } of TASKS) {
    const { ours, bullmq } = await bench.rounds(async (sideName) => {
      await bench.flush();
      await using side = bench.side(sideName);
      const count = bench.count(JOBS);
      const warmUp = Math.ceil(count / 2);
      await prepare?.(side, 0, warmUp);
      await run(side, 0, warmUp);
      await prepare?.(side, warmUp, count);
      const spent = async () => (await side.call('processorMs', {})) + (await bench.processorMs());
      const before = await spent();
      await run(side, warmUp, count);
      return (((await spent()) - before) / count) * 1000;
    });
    figures.push(cost(`processor time a message, ${name}, µs${bench.label}`, median(ours), median(bullmq)));
  }
  return figures;
}
