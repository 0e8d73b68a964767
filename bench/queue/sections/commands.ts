import { type Bench, total } from '../bench.ts';
import { cost, type Figure } from '../figures.ts';
import type { SideName } from '../sides/side.ts';

const JOBS = 10_000;

/** Commands that the server runs for one message from its bulk add to its end, those within scripts included. */
export async function commandsPerJob(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const concurrency of [1, 10, 50]) {
    const [ours, bullmq] = [
      await count(bench, 'ours', concurrency),
      await count(bench, 'bullmq', concurrency),
    ];
    figures.push(cost(`server commands per job, concurrency ${concurrency}${bench.label}`, ours, bullmq));
  }
  return figures;
}

async function count(bench: Bench, name: SideName, concurrency: number): Promise<number> {
  const jobs = bench.count(JOBS);
  await bench.flush();
  const commands = await bench.commands(async () => {
    await using side = bench.side(name);
    await side.call('addBulk', { first: 0, count: jobs });
    await side.call('work', { concurrency, jobMs: 0, jobs, warmUp: 1 });
  });
  if (process.env.BENCH_COMMANDS)
    process.stderr.write(`${name} ${concurrency}: ${[...commands].join(' ')}\n`);
  return total(commands) / jobs;
}
