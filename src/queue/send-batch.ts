import { toError } from '../errors.ts';
import { type Envelope, toEnvelope } from './envelope.ts';
import type { SendItem, SendOutcome } from './types.ts';

/** Stores what could be made of a batch, with an outcome each, in order. Never rejects. */
type StoreBatch = (envelopes: readonly Envelope[]) => Promise<SendOutcome[]>;

/** Sends a batch: what no envelope can be made of is refused, the rest is stored together. */
export async function sendBatch(
  items: readonly SendItem[],
  limits: Parameters<typeof toEnvelope>[1],
  store: StoreBatch,
): Promise<SendOutcome[]> {
  const envelopes: Envelope[] = [];
  const made = items.map((item): Envelope | SendOutcome => {
    try {
      const envelope = toEnvelope(item, limits);
      envelopes.push(envelope);
      return envelope;
    } catch (thrown) {
      return { status: 'refused', error: toError(thrown) };
    }
  });
  const stored = envelopes.length === 0 ? [] : await store(envelopes);
  let next = 0;
  return made.map((entry) => ('status' in entry ? entry : (stored[next++] as SendOutcome)));
}
