import type {
  EngineLimits,
  LeaseKey,
  LetterSelection,
  SendReply,
  StepReply,
  StepRequest,
} from '../engine.ts';
import type { Envelope } from '../envelope.ts';

/** A heartbeat as the thread answers or posts it. */
export type BeatReply =
  | {
      ok: true;
      now: number;
      session: number;
      sessionExpiresAt: number;
      held: number;
      wake: string[];
    }
  | { ok: false; now: number };

/** Event with which the thread reports a heartbeat that it sent by itself. */
export const BEAT_EVENT = 'queue.beat';

/** Data of {@link BEAT_EVENT}. */
export interface BeatEvent {
  holder: string;
  beat: BeatReply;
}

/**
 * The queue's operations in the writer thread: input and output of each. `now` is the time it happens at; `null`
 * is the machine's when its transaction has begun.
 */
export interface Operations {
  'queue.send': [
    { now: number | null; queue: string; envelopes: readonly Envelope[]; limits: EngineLimits },
    SendReply,
  ];
  'queue.step': [{ now: number | null; request: StepRequest }, StepReply];
  'queue.extend': [{ now: number | null; lease: LeaseKey; byMs: number }, number | null];
  'queue.holds': [{ now: number | null; leases: readonly LeaseKey[] }, boolean[]];
  'queue.pause': [{ now: number | null; queue: string; paused: boolean }, null];
  'queue.requeue': [
    { now: number | null; queue: string; selection: LetterSelection; perSecond: number },
    number,
  ];
  'queue.discard': [{ now: number | null; queue: string; selection: LetterSelection }, number];
  'queue.annotate': [{ now: number | null; queue: string; id: string; annotation: string }, boolean];
  /** One heartbeat of a holder. */
  'queue.beat': [{ now: number | null; holder: string; leaseMs: number }, BeatReply];
  /** Gives all leases of the holder back and ends its session. */
  'queue.leave': [{ now: number | null; holder: string }, string[]];
}

/** Controls of the thread's own heartbeats, which go by the machine's clock. */
export interface Controls {
  /** Sends heartbeats for the holder from now on. */
  'queue.keepAlive': { holder: string; leaseMs: number };
  /** The event loop of the holder turns. */
  'queue.alive': { holder: string };
  /** No more heartbeats for the holder. */
  'queue.rest': { holder: string };
}

/** Functions behind the controls. */
export type ControlTable = { [Name in keyof Controls]: (input: Controls[Name]) => void };

/** Name of an operation. */
export type OperationName = keyof Operations;

/** Functions behind the names. */
export type OperationTable = {
  [Name in OperationName]: (input: Operations[Name][0]) => Operations[Name][1];
};
