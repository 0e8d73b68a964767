import type { LetterSelection } from '../engine.ts';
import { sendOne } from './send.ts';
import type { LetterRow, QueueRow } from './statements.ts';
import type { Transition } from './transition.ts';

/** Puts letters back as new messages; answers how many letters went. */
export function requeue(it: Transition, name: string, selection: LetterSelection, perSecond: number): number {
  const queue = it.queue(name);
  const letters = remove(it, queue, selection);
  for (const [index, letter] of letters.entries()) {
    // A newer message of that id is waiting or running: it stands for the letter.
    if (it.sql.messagesById.get(queue.id, letter.id)) continue;
    const expired = letter.expires_at !== null && letter.expires_at <= it.now;
    const envelope = {
      id: letter.id,
      body: letter.body,
      bytes: letter.bytes,
      weight: letter.weight,
      delayMs: Math.floor((index * 1000) / perSecond),
      retries: 0,
      maxRetries: letter.max_retries,
      group: letter.group_key,
      expiresAt: expired ? null : letter.expires_at,
    };
    sendOne(it, queue, envelope, { maxLength: 0, maxBytes: 0 });
  }
  return letters.length;
}

/** Removes letters for good; answers how many. */
export function discard(it: Transition, name: string, selection: LetterSelection): number {
  return remove(it, it.queue(name), selection).length;
}

/** Adds a note to a letter; answers whether there is one. */
export function annotate(it: Transition, name: string, id: string, annotation: string): boolean {
  return it.sql.annotate.run(annotation, it.queue(name).id, id).changes > 0;
}

function remove(it: Transition, queue: QueueRow, { ids, limit }: LetterSelection): LetterRow[] {
  const letters = ids
    ? ids.flatMap((id) => it.sql.letterById.get(queue.id, id) ?? [])
    : it.sql.oldestLetters.all(queue.id, limit);
  for (const letter of letters) it.sql.deleteLetter.run(queue.id, letter.id);
  queue.dead -= letters.length;
  return letters;
}
