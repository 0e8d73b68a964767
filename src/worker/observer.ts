import type { WorkerMessage } from '../messages/worker-message.ts';
import type { Outcome } from './outcome.ts';

/** Told of what a worker does. Every method is optional; one that throws is logged and disturbs nothing. */
export interface WorkerObserver {
  started?(worker: string): void;
  stopped?(worker: string): void;
  messageStarted?(worker: string, message: WorkerMessage): void;
  /** Settled as `done`. @param durationMs time in the handler */
  processed?(worker: string, message: WorkerMessage, durationMs: number): void;
  /** Any other outcome. */
  failed?(
    worker: string,
    message: WorkerMessage,
    outcome: Exclude<Outcome, { kind: 'done' }>,
    durationMs: number,
  ): void;
  /** The lease was lost before the outcome was stored. */
  lost?(worker: string, message: WorkerMessage): void;
  progress?(worker: string, message: WorkerMessage, fraction: number, note: string | undefined): void;
}
