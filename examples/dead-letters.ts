import { type DeadLetter, DeadLetterQueue, type QueueManager } from 'checkmend';

/** Writes a note on each letter that has none, and tries those again that died of something that has passed. */
export async function lookThrough(queues: QueueManager, queue: string): Promise<number> {
  const letters = new DeadLetterQueue(queues);
  await letters.processDeadLetters(queue, whyDead);
  const ids: string[] = [];
  for await (const { id, annotation } of letters.letters(queue)) {
    if (annotation === 'worth another try') ids.push(id);
  }
  // At most ten a second, so that whoever was down is not down again.
  return ids.length === 0 ? 0 : await letters.requeue(queue, { ids: ids.slice(0, 100), perSecond: 10 });
}

/** Removes what died more than thirty days ago. */
export async function tidy(queues: QueueManager, queue: string, now: number): Promise<number> {
  return await new DeadLetterQueue(queues).purge(queue, now - 30 * 86_400_000);
}

function whyDead({ error }: DeadLetter): string {
  return error.type === 'timeout' || error.type === 'lease_expired' ? 'worth another try' : error.message;
}
