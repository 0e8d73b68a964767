import { createMessage, EventWorker, SqliteQueueManager, WorkerManager } from 'checkmend';

const queues = await SqliteQueueManager.open('queue.db');

const worker = new EventWorker<{ greet: { name: string } }>({ name: 'greeter', queue: 'greetings', queues });
worker.registerHandler('greet', ({ payload }) => {
  console.log(`Hello, ${payload.name}!`);
  return true; // done; false, or a throw, is a retry
});

const manager = new WorkerManager().register(worker);
manager.startAll();

const message = createMessage({ id: 'greet-ada', type: 'greet', payload: { name: 'Ada' } });
await queues.sendMessage('greetings', message);

process.once('SIGINT', async () => {
  await manager.stopAll();
  await queues.close();
});
