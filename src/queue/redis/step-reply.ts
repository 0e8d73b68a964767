import type { Lease, LeasedMessage, SettleResult } from '../types.ts';
import type { Unreadable } from './owed.ts';
import { decodeRecord } from './record.ts';
import type { SettlementPlan } from './settlements.ts';

/** Answer of the `step` script: its header says what each is; from the seventh on they are records. */
export type StepReply = [
  now: number,
  settled: string,
  firstToken: string,
  expiresAt: number,
  session: string,
  lookInMs: number,
  ...records: string[],
];

/** Fields of an answer before its records. */
const HEADER = 6;

/** What one step brought. */
export interface StepResult {
  readonly results: SettleResult[];
  readonly messages: LeasedMessage[];
  /** Leases on messages that could not be read; their ids are not known here. */
  readonly unreadable: Unreadable[];
  /** The server's time, milliseconds since the epoch. */
  readonly serverMs: number;
  /** Milliseconds until something falls due; -1 if nothing is known to. */
  readonly lookInMs: number;
}

/** What a reply says; `leases` are those of the messages, lowest token first. */
export function readStep(
  queue: string,
  reply: StepReply,
  plan: SettlementPlan,
): { result: StepResult; leases: Lease[]; session: string } {
  const [serverMs, settled, first, expiresAt, session, lookInMs] = reply;
  const messages: LeasedMessage[] = [];
  const unreadable: StepResult['unreadable'] = [];
  const leases: Lease[] = [];
  let token = Number(first);
  // By index: this is the hot path, and a rest or an iterator would copy every answer.
  for (let i = HEADER; i < reply.length; i++, token++) {
    try {
      const message = decodeRecord(String(reply[i]));
      const lease: Lease = { queue, id: message.id, token, expiresAt };
      leases.push(lease);
      messages.push({ message, lease });
    } catch (error) {
      unreadable.push({ lease: { queue, id: '', token, expiresAt }, error });
    }
  }
  const result = { results: plan.results(settled), messages, unreadable, serverMs, lookInMs };
  return { result, leases, session };
}
