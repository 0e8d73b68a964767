import type { EngineSettlement, StepReply, StepRequest, Taken } from '../engine.ts';
import { encodeFailure, MESSAGE_EXPIRED } from '../failure.ts';
import { type Candidate, compareCandidates } from '../order.ts';
import { startRun } from './groups.ts';
import { bury, fail, finish, giveBack, promote } from './moves.ts';
import { nextLapse, recover, renewSession, sessionState } from './sessions.ts';
import type { MessageRow, QueueRow } from './statements.ts';
import type { Transition } from './transition.ts';

/** Most delayed messages that become ready in one step, and expired ones that it buries. */
const PROMOTE_MAX = 100;
const EXPIRED_MAX = 100;

/** Bytes of messages after which a step gives out no more. */
const BYTES_MAX = 8 * 1024 * 1024;

const EXPIRED = encodeFailure(MESSAGE_EXPIRED);

/** Recovers lapsed leases, settles, promotes what is due, and gives out up to `want`. */
export function step(it: Transition, request: StepRequest): StepReply {
  const queue = it.queue(request.queue);
  const session = renewSession(it, request.holder, request.leaseMs);
  recover(it);
  const results = request.settlements.map((settlement) => settle(it, settlement));
  const { want } = request;
  if (want === 0) {
    return { ...sessionState(it, session), results, taken: [], nextAt: null, wake: [...it.woken] };
  }
  promote(it, queue, PROMOTE_MAX);
  const { taken, more } = queue.paused ? { taken: [], more: false } : take(it, queue, session.id, want);
  if (more) it.woken.add(queue.name);
  else it.woken.delete(queue.name);
  const nextAt = taken.length > 0 ? null : nextLook(it, queue, session.id);
  return { ...sessionState(it, session), results, taken, nextAt, wake: [...it.woken] };
}

function settle(it: Transition, { kind, delayMs, error, ...lease }: EngineSettlement): boolean {
  const message = it.held(lease);
  if (!message) return false;
  if (kind === 'back') giveBack(it, message, delayMs);
  else if (kind === 'retry') fail(it, message, delayMs, error);
  else {
    if (kind === 'dead') bury(it, message, message.retries + 1, error);
    finish(it, message);
  }
  return true;
}

/** The messages that come next, leased; `more` if there may be others. */
function take(
  it: Transition,
  queue: QueueRow,
  session: number,
  want: number,
): { taken: Taken[]; more: boolean } {
  const taken: Taken[] = [];
  let free = it.sql.firstReady.all(queue.id, want);
  let nextFree = 0;
  let group = it.sql.firstGroup.get(queue.id);
  let bytes = 0;
  let expired = 0;
  while (taken.length < want && bytes < BYTES_MAX && expired < EXPIRED_MAX) {
    const loose = free[nextFree];
    const first = sooner(loose && { ...loose, turn: 0 }, group);
    if (!first) return { taken, more: expired > 0 };
    if (first !== group) nextFree++;
    const message = lease(it, queue, session, first.seq);
    if (message.expires_at !== null && message.expires_at <= it.now) {
      expired++;
      bury(it, message, message.retries, EXPIRED);
      finish(it, message);
      // Its follow-up may be ready now, and the list may have ended with it.
      [free, nextFree] = [it.sql.firstReady.all(queue.id, want), 0];
      group = it.sql.firstGroup.get(queue.id);
      continue;
    }
    if (first === group) group = it.sql.firstGroup.get(queue.id);
    bytes += message.bytes;
    taken.push({ id: message.id, token: message.token, body: message.body, retries: message.retries });
  }
  return { taken, more: queue.ready > 0 };
}

function sooner<T extends Candidate>(left: T | undefined, right: T | undefined): T | undefined {
  if (!left || !right) return left ?? right;
  return compareCandidates(left, right) < 0 ? left : right;
}

function lease(it: Transition, queue: QueueRow, session: number, seq: number): MessageRow & { body: string } {
  const message = it.sql.lease.get(it.ticket(queue), session, seq) as MessageRow & { body: string };
  queue.ready--;
  queue.in_flight++;
  queue.bytes -= message.bytes;
  if (message.group_key !== null) startRun(it, queue, message.group_key);
  return message;
}

function nextLook(it: Transition, queue: QueueRow, session: number): number | null {
  const dueAt = queue.delayed > 0 ? (it.sql.nextDueAt.get(queue.id) ?? null) : null;
  const lapse = nextLapse(it, session);
  return dueAt === null || lapse === null ? (dueAt ?? lapse) : Math.min(dueAt, lapse);
}
