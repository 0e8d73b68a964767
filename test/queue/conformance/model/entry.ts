/** What the oracle knows of a message. */
export interface Entry {
  readonly id: string;
  readonly seq: number;
  readonly sentAt: number;
  readonly priority: number;
  state: 'waiting' | 'in_flight' | 'follow_up';
  dueAt: number;
  /** Which send its content comes from. */
  version: number;
  group: string | undefined;
  expiresAt: number | undefined;
  retries: number;
  maxRetries: number;
  /** Which manager holds it. */
  holder: string;
}
