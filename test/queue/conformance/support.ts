import { afterEach, beforeEach } from 'vitest';
import type { WorkerMessage } from '../../../src/messages/worker-message.ts';
import type { LeasedMessage, QueueManager, QueueManagerOptions } from '../../../src/queue/types.ts';
import type { QueueFixture, QueueHarness } from './harness.ts';

/** The queue that most tests use. */
export const Q = 'pr_monitor';

/** A message with defaults for everything but its id. */
export function message(id: string, fields: Partial<WorkerMessage> = {}): WorkerMessage {
  return {
    id,
    type: 'test',
    payload: { version: 1 },
    priority: 1,
    retryCount: 0,
    maxRetries: 3,
    timestamp: 1_767_225_600_000,
    ...fields,
  };
}

/** A fixture made afresh before each test of the suite, and closed after it. */
export function useFixture(harness: QueueHarness, options?: QueueManagerOptions): () => QueueFixture {
  let fixture: QueueFixture | undefined;
  beforeEach(async () => {
    fixture = await harness.create(options);
  });
  afterEach(async () => {
    await fixture?.close();
    fixture = undefined;
  });
  return () => {
    if (!fixture) throw new Error('no fixture outside of a test');
    return fixture;
  };
}

/** Takes a message that must be there. */
export async function take(manager: QueueManager, queue = Q): Promise<LeasedMessage> {
  const leased = await manager.getMessage(queue);
  if (!leased) throw new Error(`nothing to take in ${queue}`);
  return leased;
}

/** Takes and acknowledges until nothing is there; answers the ids in order. */
export async function drain(manager: QueueManager, queue = Q): Promise<string[]> {
  const ids: string[] = [];
  for (let next = await manager.getMessage(queue); next; next = await manager.getMessage(queue)) {
    ids.push(next.message.id);
    await manager.ackMessage(next.lease);
  }
  return ids;
}

/** Sends messages with these ids one after the other. */
export async function sendAll(
  manager: QueueManager,
  ids: readonly string[],
  fields: Partial<WorkerMessage> = {},
): Promise<void> {
  for (const id of ids) await manager.sendMessage(Q, message(id, fields));
}
