import type { InstallExtension } from '../../sqlite/extension.ts';
import { ClockGuard } from './clock-guard.ts';
import { Heartbeats } from './heartbeats.ts';
import { annotate, discard, requeue } from './letters.ts';
import { giveBack } from './moves.ts';
import type { BeatReply, ControlTable, OperationTable } from './operations.ts';
import { migrate } from './schema.ts';
import { send } from './send.ts';
import { recover, renewSession, sessionState } from './sessions.ts';
import { prepareStatements } from './statements.ts';
import { step } from './step.ts';
import { Transition } from './transition.ts';

/** More leases than any holder has. */
const ALL = 1_000_000;

/** Runs in the writer thread: makes the queue's tables and answers its operations. */
export const install: InstallExtension = (scope) => {
  migrate(scope);
  const sql = prepareStatements(scope.db);
  const clockGuard = new ClockGuard(sql);
  const transit = <T>(given: number | null, work: (it: Transition) => T): T => {
    const now = given ?? Date.now();
    clockGuard.look(now);
    const it = new Transition(sql, now);
    const value = work(it);
    it.save();
    return value;
  };
  const heartbeats = new Heartbeats(scope, (holder, leaseMs) =>
    transit(null, (it) => beat(it, holder, leaseMs)),
  );
  const operations: OperationTable = {
    'queue.send': ({ now, queue, envelopes, limits }) =>
      transit(now, (it) => send(it, queue, envelopes, limits)),
    'queue.step': ({ now, request }) => transit(now, (it) => step(it, request)),
    'queue.extend': ({ now, lease, byMs }) => transit(now, (it) => extend(it, lease, byMs)),
    'queue.holds': ({ now, leases }) =>
      transit(now, (it) => leases.map((lease) => it.held(lease) !== undefined)),
    'queue.pause': ({ now, queue, paused }) =>
      transit(now, (it) => {
        it.queue(queue).paused = paused ? 1 : 0;
        return null;
      }),
    'queue.requeue': ({ now, queue, selection, perSecond }) =>
      transit(now, (it) => requeue(it, queue, selection, perSecond)),
    'queue.discard': ({ now, queue, selection }) => transit(now, (it) => discard(it, queue, selection)),
    'queue.annotate': ({ now, queue, id, annotation }) =>
      transit(now, (it) => annotate(it, queue, id, annotation)),
    'queue.beat': ({ now, holder, leaseMs }) => transit(now, (it) => beat(it, holder, leaseMs)),
    'queue.leave': ({ now, holder }) => transit(now, (it) => leave(it, holder)),
  };
  const controls: ControlTable = {
    'queue.keepAlive': ({ holder, leaseMs }) => heartbeats.start(holder, leaseMs),
    'queue.alive': ({ holder }) => heartbeats.heard(holder),
    'queue.rest': ({ holder }) => heartbeats.stop(holder),
  };
  return {
    operations: operations as Record<string, (input: unknown) => unknown>,
    controls: controls as Record<string, (input: unknown) => unknown>,
    close: () => heartbeats.stopAll(),
  };
};

function beat(it: Transition, holder: string, leaseMs: number): BeatReply {
  const known = it.sql.sessionOf.get(holder);
  const held = known ? Number(it.sql.countLeases.get(known.id)) : 0;
  recover(it);
  // Who holds nothing needs no session, and writes nothing.
  const session = held > 0 ? renewSession(it, holder, leaseMs) : { id: 0, expiresAt: 0 };
  return { ok: true, ...sessionState(it, session), held, wake: [...it.woken] };
}

function extend(it: Transition, lease: Parameters<Transition['held']>[0], byMs: number): number | null {
  const message = it.held(lease);
  if (!message) return null;
  const heldUntil = Math.max(message.held_until, it.now + byMs);
  it.sql.hold.run(heldUntil, message.seq);
  return Math.max(heldUntil, it.sql.sessionExpiry.get(message.session) ?? 0);
}

function leave(it: Transition, holder: string): string[] {
  const session = it.sql.sessionOf.get(holder);
  if (!session) return [];
  for (const message of it.sql.leasesOf.all(session.id, Number.MAX_SAFE_INTEGER, ALL))
    giveBack(it, message, 0);
  it.sql.deleteSession.run(session.id);
  return [...it.woken];
}
