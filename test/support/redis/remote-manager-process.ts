import { RedisQueueManager, type RedisQueueOptions, type RedisTarget } from '../../../src/queue/redis.ts';
import type { RemoteCall, RemoteReply } from './remote-manager.ts';

/** The other end of `RemoteManager`: answers exchanges until it is killed or its parent is gone. */
const { target, options } = JSON.parse(process.env.REMOTE_MANAGER ?? '{}') as {
  target: RedisTarget;
  options: RedisQueueOptions;
};
const manager = new RedisQueueManager(target, options);
const tell = (reply: RemoteReply) => process.send?.(reply);

manager.onLeaseLost((lease) => tell({ kind: 'lost', lease }));

async function answer({ call, queue, blockMs, request }: RemoteCall): Promise<void> {
  const until = performance.now() + blockMs;
  while (performance.now() < until);
  try {
    tell({ kind: 'reply', call, reply: await manager.exchange(queue, request) });
  } catch (error) {
    tell({ kind: 'failed', call, message: String(error) });
  }
}

process.on('message', (call: RemoteCall) => void answer(call));
process.on('disconnect', () => process.exit(0));
tell({ kind: 'ready' });
