import type { WorkerMessage } from '../../messages/worker-message.ts';
import { type Envelope, toMessage, toMessageAnyway } from '../envelope.ts';

/** Length of a record's first three words, with the blanks behind them. */
const WORDS_FIXED = 36;

/** What the `add` script needs of one message: its id, its head (flag, weight, delay), the record from `retries` on. */
export function encodeForAdd(envelope: Envelope): [id: string, head: string, rest: string] {
  const { id, weight, delayMs, retries, maxRetries, body } = envelope;
  const group = envelope.group === null ? '-' : encodeGroup(envelope.group);
  // 0 stands for none, and the first millisecond has passed as well.
  const expiresAt = envelope.expiresAt === null ? 0 : Math.max(1, envelope.expiresAt);
  const flag = group === '-' && expiresAt === 0 ? 'p' : 'x';
  return [id, `${flag} ${weight} ${delayMs}`, `${retries} ${maxRetries} ${expiresAt} ${group} ${body}`];
}

/** Free of blanks and braces; a group named `-` must not look like none. */
function encodeGroup(group: string): string {
  return `g${encodeURIComponent(group)}`;
}

/** The message of a record; its layout stands in `lua/common.lua`. @throws ValidationError if it cannot be read */
export function decodeRecord(record: string): WorkerMessage {
  const at = record.indexOf('{');
  return toMessage(record.slice(at), retriesOf(record, at));
}

/** Like {@link decodeRecord}, but answers something for everything. */
export function decodeAnyway(id: string, record: string): WorkerMessage {
  const at = record.indexOf('{');
  return toMessageAnyway(id, record.slice(at), retriesOf(record, at));
}

/** The sixth word; the first three (flag, sequence, sent time) are of fixed length. */
function retriesOf(record: string, bodyAt: number): number {
  const weightAt = record.indexOf(' ', WORDS_FIXED) + 1;
  const at = record.indexOf(' ', weightAt) + 1;
  return Number(record.slice(at, Math.min(record.indexOf(' ', at), bodyAt)));
}
