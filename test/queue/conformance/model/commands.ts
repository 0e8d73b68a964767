import fc from 'fast-check';
import { expect } from 'vitest';
import type { LeaseOutcome } from '../../../../src/queue/types.ts';
import { message, Q } from '../support.ts';
import type { Oracle, OracleOutcome, SendFacts } from './oracle.ts';
import type { Who, World } from './world.ts';

/** Lease time of the model's managers. */
export const MODEL_LEASE_MS = 30_000;

/** Delays and expiries are odd seconds, steps of time even ones: nothing falls due at the edge of a step. */
const DELAYS = [0, 0, 0, 5_000, 15_000];
const EXPIRIES = [undefined, undefined, undefined, 9_000, 21_000];

/** A step of the model: what it does to the queue, and what the oracle says to it. */
class Command implements fc.AsyncCommand<Oracle, World> {
  readonly #name: string;
  readonly #run: (oracle: Oracle, world: World) => Promise<void>;

  constructor(name: string, run: (oracle: Oracle, world: World) => Promise<void>) {
    this.#name = name;
    this.#run = run;
  }

  check(): boolean {
    return true;
  }

  async run(oracle: Oracle, world: World): Promise<void> {
    await this.#run(oracle, world);
    await world.check(oracle);
  }

  toString(): string {
    return this.#name;
  }
}

interface Draft {
  id: string;
  priority: number;
  group: string | undefined;
  delayMs: number;
  expiresIn: number | undefined;
  maxRetries: number;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  id: fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7'),
  priority: fc.constantFrom(0, 1, 1, 1, 3),
  group: fc.constantFrom(undefined, undefined, 'ga', 'ga', 'gb', 'gc'),
  delayMs: fc.constantFrom(...DELAYS),
  expiresIn: fc.constantFrom(...EXPIRIES),
  maxRetries: fc.constantFrom(0, 1, 3),
});

function prepare(world: World, { id, expiresIn, ...rest }: Draft) {
  const expiresAt = expiresIn === undefined ? undefined : world.now() + expiresIn;
  const facts: SendFacts = { ...rest, expiresAt, version: ++world.version };
  const sent = message(id, {
    payload: { version: facts.version },
    priority: facts.priority,
    maxRetries: facts.maxRetries,
    ...(facts.group !== undefined && { groupKey: facts.group }),
    ...(expiresAt !== undefined && { expiresAt }),
  });
  return { id, facts, item: { message: sent, options: { delayMs: facts.delayMs } } };
}

const send = draft.map(
  (it) =>
    new Command(`send ${JSON.stringify(it)}`, async (oracle, world) => {
      const { id, facts, item } = prepare(world, it);
      const result = await world.a.sendMessage(Q, item.message, item.options);
      expect(result).toBe(oracle.send(id, facts, world.now()));
    }),
);

const sendMany = fc.array(draft, { minLength: 2, maxLength: 5 }).map(
  (drafts) =>
    new Command(`send many ${JSON.stringify(drafts)}`, async (oracle, world) => {
      const prepared = drafts.map((it) => prepare(world, it));
      const outcomes = await world.b.sendMessages(
        Q,
        prepared.map(({ item }) => item),
      );
      const expected = prepared.map(({ id, facts }) => ({ status: oracle.send(id, facts, world.now()) }));
      expect(outcomes).toEqual(expected);
    }),
);

const who = fc.constantFrom<Who>('a', 'b');

const take = fc
  .tuple(who, fc.integer({ min: 1, max: 3 }))
  .map(([by, want]) => new Command(`take ${want} by ${by}`, (oracle, world) => world.take(oracle, by, want)));

const outcome = fc.oneof(
  { weight: 4, arbitrary: fc.constant<OracleOutcome>({ kind: 'done' }) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom<'retry' | 'snooze'>('retry', 'snooze'), fc.constantFrom(...DELAYS))
      .map(([kind, delayMs]): OracleOutcome => ({ kind, delayMs })),
  },
  { weight: 1, arbitrary: fc.constant<OracleOutcome>({ kind: 'release' }) },
  { weight: 1, arbitrary: fc.constant<OracleOutcome>({ kind: 'dead' }) },
);

const ERROR = { type: 'failed', message: 'made by the model' };

function toLeaseOutcome(it: OracleOutcome): LeaseOutcome {
  if (it.kind === 'retry' || it.kind === 'dead') return { ...it, error: ERROR } as LeaseOutcome;
  return it as LeaseOutcome;
}

/** Settles any lease of the run, also one that is over, through either manager. */
const settle = fc.tuple(who, fc.nat(), outcome).map(
  ([by, pick, how]) =>
    new Command(`settle #${pick} by ${by} ${JSON.stringify(how)}`, async (oracle, world) => {
      const held = world.leases[world.leases.length - 1 - (pick % Math.max(1, world.leases.length))];
      if (!held) return;
      // A lease is settled by its holder; one that is over may be tried by anybody.
      const manager = world.manager(held.entry ? held.who : by);
      const settlement = { lease: held.lease, outcome: toLeaseOutcome(how) };
      const { results } = await manager.exchange(Q, { outcomes: [settlement] });
      expect(results).toEqual([held.entry ? 'ok' : 'lost']);
      if (held.entry) oracle.settle(held.entry, how, world.now());
      held.entry = null;
    }),
);

const advance = fc
  .integer({ min: 1, max: 10 })
  .map(
    (steps) =>
      new Command(`advance ${steps * 2} s`, (_oracle, world) => world.fixture.advance(steps * 2_000)),
  );

const pause = fc.boolean().map(
  (paused) =>
    new Command(paused ? 'pause' : 'resume', async (oracle, world) => {
      await (paused ? world.a.pause(Q) : world.b.resume(Q));
      oracle.paused = paused;
    }),
);

const crash = fc.constant(
  new Command('crash b', async (oracle, world) => {
    await world.fixture.crash(world.b);
    await world.fixture.advance(MODEL_LEASE_MS + 2_000);
    const known = new Set(oracle.letters);
    oracle.lapse('b', world.now(), MODEL_LEASE_MS + 2_000);
    world.endLeasesOfB();
    world.b = await world.fixture.another();
    // The lapsed leases are recovered when somebody looks for work.
    await world.take(oracle, 'a', 1, known);
  }),
);

const close = fc.constant(
  new Command('close b', async (oracle, world) => {
    await world.b.close();
    oracle.leave('b', world.now());
    world.endLeasesOfB();
    world.b = await world.fixture.another();
  }),
);

const redrive = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 3 })).map(
  ([requeue, limit]) =>
    new Command(`${requeue ? 'requeue' : 'discard'} ${limit}`, async (oracle, world) => {
      const { deadLetters } = world.a;
      if (requeue) expect(await deadLetters.requeue(Q, { limit })).toBe(oracle.requeue(limit, world.now()));
      else expect(await deadLetters.discard(Q, { limit })).toBe(oracle.discard(limit));
    }),
);

/** Commands to be run one after the other. */
export type Sequence = Iterable<Command>;

/** All commands, those of a queue's daily life more often. */
export function commands(size: fc.SizeForArbitrary): fc.Arbitrary<Sequence> {
  return fc.commands<Oracle, World, false>(
    [send, send, sendMany, take, take, take, settle, settle, settle, advance, pause, crash, close, redrive],
    { maxCommands: 60, size },
  ) as fc.Arbitrary<Sequence>;
}
