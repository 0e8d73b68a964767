import type { WorkerMessage } from '../messages/worker-message.ts';
import type { WorkerHealth } from './health.ts';
import type { Outcome } from './outcome.ts';

/** Told of what a worker does. Every method is optional; one that throws or rejects is logged and disturbs nothing. */
export interface WorkerObserver {
  started?(worker: string): void;
  /** @param error what ended it, unless it was stopped */
  stopped?(worker: string, error?: Error): void;
  messageStarted?(worker: string, message: WorkerMessage): void;
  /** Settled as `done`. @param durationMs time in the handler */
  processed?(worker: string, message: WorkerMessage, durationMs: number): void;
  /** Any other outcome; before `retried` or `dead`. */
  failed?(
    worker: string,
    message: WorkerMessage,
    outcome: Exclude<Outcome, { kind: 'done' }>,
    durationMs: number,
  ): void;
  /** It failed and waits for another try. */
  retried?(worker: string, message: WorkerMessage, delayMs: number): void;
  /** It failed and is not tried again. @param reason one sentence */
  dead?(worker: string, message: WorkerMessage, reason: string): void;
  /** The lease was lost before the outcome was stored. */
  lost?(worker: string, message: WorkerMessage): void;
  progress?(worker: string, message: WorkerMessage, fraction: number, note: string | undefined): void;
  /** A worker that looks after its own health has become healthy or ill. */
  health?(worker: string, health: WorkerHealth): void;
}
