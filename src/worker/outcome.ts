/**
 * What a worker decided about a message; a closed union, and anything else is a failure.
 *
 * | outcome | next state |
 * | --- | --- |
 * | `done` | deleted |
 * | `retry` | waits by policy (or `delayMs`), attempt + 1; past `maxRetries` dead |
 * | `dead` | dead letter with `reason`, not tried again |
 * | `snooze` | waits `delayMs`, no attempt burned |
 */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly error?: Error; readonly delayMs?: number }
  | { readonly kind: 'dead'; readonly reason: string; readonly error?: Error }
  | { readonly kind: 'snooze'; readonly delayMs: number; readonly reason?: string };

/** The message is settled. */
export const done: Outcome = Object.freeze({ kind: 'done' });

/** Try again by the retry policy, or after `delayMs`. */
export function retry(error?: Error, delayMs?: number): Outcome {
  return { kind: 'retry', ...(error && { error }), ...(delayMs !== undefined && { delayMs }) };
}

/** Do not try again: `reason` says why in one sentence. */
export function dead(reason: string, error?: Error): Outcome {
  return { kind: 'dead', reason, ...(error && { error }) };
}

/** Come back after `delayMs` milliseconds without counting an attempt. */
export function snooze(delayMs: number, reason?: string): Outcome {
  return { kind: 'snooze', delayMs, ...(reason !== undefined && { reason }) };
}
