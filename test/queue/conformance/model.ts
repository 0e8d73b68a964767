import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QueueHarness } from './harness.ts';
import { commands, MODEL_LEASE_MS, type Sequence } from './model/commands.ts';
import { Oracle } from './model/oracle.ts';
import { World } from './model/world.ts';
import { Q } from './support.ts';

const AGING_MS = 5_000;

/** Seconds after which no further sequence is begun. `QUEUE_MODEL_SECONDS` overrides it, and then the number of runs. */
const SECONDS = 20;

/** How long the model runs, and with which seed: that of a failure can be run again. */
export interface ModelOptions {
  /** Sequences of commands; default 50. */
  runs?: number;
  /** Default: a random one, printed. `QUEUE_MODEL_SEED` overrides it. */
  seed?: number;
}

/** Random sequences of commands on one queue, each step compared with the oracle. */
export function describeModel(harness: QueueHarness, options: ModelOptions = {}): void {
  const wanted = process.env.QUEUE_MODEL_SECONDS;
  const seconds = Number(wanted ?? SECONDS);
  const runs = wanted === undefined ? (options.runs ?? 50) : Number.MAX_SAFE_INTEGER;
  describe(`${harness.name} queue against the oracle`, () => {
    it('does the same, whatever happens', { timeout: (seconds + 20) * 1_000 }, async () => {
      const seed = Number(process.env.QUEUE_MODEL_SEED ?? options.seed ?? Date.now() % 2_147_483_647);
      console.info(`${harness.name}: QUEUE_MODEL_SEED=${seed}`);
      let running: Promise<void> | undefined;
      await fc.assert(
        fc.asyncProperty(commands('max'), (sequence) => {
          running = runSequence(harness, sequence);
          return running;
        }),
        {
          seed,
          numRuns: runs,
          verbose: 0,
          interruptAfterTimeLimit: seconds * 1_000,
        },
      );
      // One that was under way when the time was over.
      await running;
    });
  });
}

async function runSequence(harness: QueueHarness, sequence: Sequence): Promise<void> {
  const fixture = await harness.create({ agingMs: AGING_MS, leaseMs: MODEL_LEASE_MS });
  try {
    const world = new World(fixture, await fixture.another());
    const oracle = new Oracle(AGING_MS, harness.clockToleranceMs);
    await fc.asyncModelRun(() => ({ model: oracle, real: world }), sequence);
    await drainAll(oracle, world);
  } finally {
    await fixture.close();
  }
}

/** Whatever is left comes out in the end: nothing is lost. */
async function drainAll(oracle: Oracle, world: World): Promise<void> {
  await world.b.close();
  oracle.leave('b', world.now());
  await world.a.resume(Q);
  oracle.paused = false;
  for (const held of world.leases) {
    if (held.who !== 'a' || !held.entry) continue;
    expect(await world.a.ackMessage(held.lease)).toBe('ok');
    oracle.settle(held.entry, { kind: 'done' }, world.now());
  }
  await world.fixture.advance(20_000);
  for (let round = 0; round < 1_000 && oracle.entries.length > 0; round++) {
    const known = world.leases.length;
    await world.take(oracle, 'a', 3);
    for (const held of world.leases.slice(known)) {
      expect(await world.a.ackMessage(held.lease)).toBe('ok');
      if (held.entry) oracle.settle(held.entry, { kind: 'done' }, world.now());
    }
    if (world.leases.length === known) await world.fixture.advance(20_000);
  }
  expect(oracle.entries).toEqual([]);
  await world.check(oracle);
}
