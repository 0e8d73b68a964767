import { expect, it } from 'vitest';
import { QueueError } from '../../../src/errors.ts';
import type { SendReply } from '../../../src/queue/engine.ts';
import { type Envelope, toEnvelope } from '../../../src/queue/envelope.ts';
import { Outbox } from '../../../src/queue/sqlite/outbox.ts';
import { DatabaseError } from '../../../src/sqlite/database.ts';
import { message } from '../../worker/support.ts';

const limits = { maxLength: 0, maxBytes: 0 };

function envelope(id: string): Envelope {
  return toEnvelope({ message: message(id) }, { agingMs: 0, maxMessageBytes: 1000 });
}

/** An outbox whose store refuses every chunk with a message of that name, and tells of each chunk. */
function outbox(refused: string, cause?: DatabaseError) {
  const chunks: string[][] = [];
  const made = new Outbox(async (queue, envelopes): Promise<SendReply> => {
    chunks.push([queue, ...envelopes.map(({ id }) => id)]);
    if (envelopes.some(({ id }) => id === refused)) throw new QueueError('unavailable', 'no', { cause });
    return { now: 0, results: envelopes.map(({ id }) => (id === 'full' ? 'full' : 'queued')), wake: true };
  }, setImmediate);
  return { chunks, send: (queue: string, ...ids: string[]) => made.send(queue, ids.map(envelope), limits) };
}

it('stores the sends of one turn together, queue by queue, and answers each its own', async () => {
  const { chunks, send } = outbox('');
  const replies = await Promise.all([send('q', 'a'), send('other', 'b'), send('q', 'full', 'c')]);
  expect(chunks).toEqual([
    ['q', 'a', 'full', 'c'],
    ['other', 'b'],
  ]);
  expect(replies.map(({ results }) => results)).toEqual([['queued'], ['queued'], ['full', 'queued']]);
});

it('keeps a chunk to 200 messages', async () => {
  const { chunks, send } = outbox('');
  await Promise.all(Array.from({ length: 250 }, (_, n) => send('q', `${n}`)));
  expect(chunks.map(({ length }) => length - 1)).toEqual([200, 50]);
});

it('stores a chunk that failed send by send: the others are not refused for one', async () => {
  const { chunks, send } = outbox('bad');
  const settled = await Promise.allSettled([send('q', 'a'), send('q', 'bad'), send('q', 'c')]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(chunks.slice(1)).toEqual([
    ['q', 'a'],
    ['q', 'bad'],
    ['q', 'c'],
  ]);
});

it('refuses a whole chunk at once when the file was locked: each send would wait for it again', async () => {
  const { chunks, send } = outbox('bad', new DatabaseError('locked', 'locked'));
  const settled = await Promise.allSettled([send('q', 'a'), send('q', 'bad')]);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(chunks).toHaveLength(1);
});
