import { afterEach, beforeEach, expect, test } from 'vitest';
import { QUEUES } from '../../src/messages/queues.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import { SlotPool } from '../../src/worker/index.ts';
import { CheckAnalyzerBatchWorker } from '../../workers/check-analyzer-batch.ts';
import { createWorld, diagnosisOf, type World } from '../fixes/support/world.ts';

let world: World;
let worker: CheckAnalyzerBatchWorker;
let ended: string[];
let oneEnded: () => void;

beforeEach(async () => {
  world = await createWorld();
  ended = [];
  oneEnded = () => {};
  const note =
    (fate: string) =>
    (_: string, { id }: WorkerMessage) => {
      ended.push(`${id} ${fate}`);
      oneEnded();
    };
  worker = new CheckAnalyzerBatchWorker(
    {
      ...world,
      analyze: async (_, { checkName = '' }) => {
        if (checkName === 'broken') throw new Error('no diagnosis');
        return diagnosisOf({ fingerprint: checkName });
      },
    },
    {
      slots: new SlotPool(20),
      observers: [{ processed: note('done'), retried: note('retried'), dead: note('dead') }],
    },
  );
});

afterEach(async () => {
  await worker.stop();
  await world.close();
});

/** Sends failed checks, each of a group of its own as checks of different heads are. */
async function send(...names: string[]): Promise<void> {
  for (const name of names) {
    const message = { ...world.failedCheck(name), groupKey: name } as WorkerMessage<string, object>;
    await world.queues.sendMessage(QUEUES.checkAnalyzer, message as WorkerMessage);
  }
}

/** Starts the worker; resolves when so many messages have ended. */
async function work(count: number): Promise<void> {
  worker.start();
  await new Promise<void>((resolve) => {
    oneEnded = () => ended.length >= count && resolve();
  });
}

async function diagnosed(): Promise<string[]> {
  const records = await world.store.diagnoses.listByHead(
    world.failedCheck('any').payload.repository_id,
    world.head,
  );
  return records.map(({ fingerprint }) => fingerprint).sort();
}

test('looks into what waits side by side, at most ten at once', async () => {
  const names = Array.from({ length: 12 }, (_, n) => `check-${n}`);
  await send(...names);
  let batch = 0;
  const { exchange } = world.queues;
  world.queues.exchange = async (queue, request) => {
    const reply = await exchange.call(world.queues, queue, request);
    batch = Math.max(batch, reply.messages.length);
    return reply;
  };
  await work(12);
  expect(batch).toBe(10);
  expect(await diagnosed()).toEqual(names.toSorted());
});

test('an analysis that fails is tried again, and is no matter to the others', async () => {
  await send('broken', 'format');
  await work(2);
  expect(await diagnosed()).toEqual(['format']);
  expect(await world.queues.getQueueStats(QUEUES.checkAnalyzer)).toMatchObject({ delayed: 1, inFlight: 0 });
});

test('what it does not know, and what does not fit, is a dead letter', async () => {
  const { payload, ...message } = world.failedCheck('format');
  await world.queues.sendMessage(QUEUES.checkAnalyzer, { ...message, id: 'odd', type: 'greet', payload: {} });
  await world.queues.sendMessage(QUEUES.checkAnalyzer, {
    ...message,
    id: 'bad',
    payload: { ...payload, head_sha: 'HEAD' },
  });
  await work(2);
  const { letters } = await world.queues.deadLetters.list(QUEUES.checkAnalyzer);
  expect(letters.map(({ id, error }) => [id, error.type])).toEqual([
    ['odd', 'unknown_type'],
    ['bad', 'invalid'],
  ]);
});
