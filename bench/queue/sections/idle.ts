import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, total } from '../bench.ts';
import { cost, type Figure } from '../figures.ts';
import { startIdleService } from '../idle-service.ts';
import { SIDES, type SideName } from '../sides/side.ts';

const WATCHED_MS = 60_000;
/** Until the service has started, and has looked around. */
const SETTLE_MS = 20_000;

/** Commands a second of a service that has nothing to do, with all its queues. */
export async function idle(bench: Bench): Promise<Figure[]> {
  const ms = Math.max(20_000, WATCHED_MS * bench.scale.jobs);
  const perSecond: Record<SideName, number> = { ours: 0, bullmq: 0 };
  for (const name of SIDES) {
    await bench.flush();
    await using _service = await startIdleService(name, bench.url);
    await sleep(SETTLE_MS);
    const commands = await bench.commands(() => sleep(ms));
    if (process.env.BENCH_COMMANDS) process.stderr.write(`${name} idle: ${[...commands].join(' ')}\n`);
    perSecond[name] = (total(commands) / ms) * 1000;
  }
  return [cost('idle service of three queues, commands/s', perSecond.ours, perSecond.bullmq)];
}
