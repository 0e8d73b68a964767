import {
  MemorySlotStore,
  type ScheduledOptions,
  type ScheduledTick,
  ScheduledWorker,
} from '../../src/worker/index.ts';
import type { Bench } from './support.ts';

export const MINUTE = 60_000;

/** A scheduled worker that keeps the slots of its ticks. */
export class Ticker extends ScheduledWorker {
  readonly ticks: number[] = [];
  work: (tick: ScheduledTick) => Promise<void> = async () => undefined;

  protected override async runTick(tick: ScheduledTick): Promise<void> {
    this.ticks.push(tick.slot);
    await this.work(tick);
  }
}

/** One on a bench, every five minutes. */
export function tickerOn(bench: Bench, options: Partial<ScheduledOptions> = {}): Ticker {
  const schedule = { everyMs: 5 * MINUTE };
  const slotStore = new MemorySlotStore();
  return bench.own(new Ticker({ name: 'tick', schedule, slotStore, clock: bench.clock, ...options }));
}
