import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';

/** Why a handler is asked to stop. */
export type AbortReasonCode = 'timeout' | 'lost_lease' | 'shutdown' | 'cancelled';

/** The `reason` of a handler's abort signal. */
export class AbortReason extends Error {
  readonly code: AbortReasonCode;

  constructor(code: AbortReasonCode, message: string = code) {
    super(message);
    this.name = 'AbortReason';
    this.code = code;
  }
}

/** What a handler gets beside its message. */
export interface WorkerContext {
  /** Aborts with an {@link AbortReason}. Pass it on to everything that can wait. */
  readonly signal: AbortSignal;
  /** Carries `messageId`, `messageType`, `correlationId`, `worker`. */
  readonly logger: Logger;
  readonly clock: Clock;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Tells observers how far a long message is; 0..1. */
  progress(fraction: number, note?: string): void;
}
