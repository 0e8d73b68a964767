import { RedisQueueManager, RedisSlotStore, SqliteQueueManager, SqliteSlotStore } from 'checkmend';
import { AnalysisRepository } from './analysis-repository.ts';
import { createService } from './service.ts';

// One machine keeps everything in a file; with REDIS_URL, as many machines as you like share the work.
const { REDIS_URL: url, DATA_DIR: folder = 'data' } = process.env;
const queues = url ? new RedisQueueManager({ url }) : await SqliteQueueManager.open(`${folder}/queue.db`);
const slotStore = url ? new RedisSlotStore({ url }) : await SqliteSlotStore.open(`${folder}/queue.db`);
const repository = new AnalysisRepository(`${folder}/analyses.db`);

const manager = createService({ queues, slotStore, repository, openPullRequests: async () => [] });
manager.startAll();
console.log('working');

process.once('SIGTERM', async () => {
  // What does not end within ten seconds goes back to its queue, and burns no attempt.
  await manager.stopAll(10_000);
  await Promise.all([slotStore.close(), queues.close()]);
  repository.close();
  console.log('stopped');
});
