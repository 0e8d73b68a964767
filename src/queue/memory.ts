import { type Clock, systemClock } from '../clock.ts';
import { EngineQueueManager } from './engine-manager.ts';
import { MemoryEngine } from './memory/engine.ts';
import { MemoryQueues } from './memory/queues.ts';
import { resolveQueueOptions } from './options.ts';
import type { QueueManagerOptions } from './types.ts';

export { MemoryQueues } from './memory/queues.ts';

/** Options of {@link MemoryQueueManager}. */
export interface MemoryQueueOptions extends QueueManagerOptions {
  /** Where time comes from; default the machine's clock. */
  clock?: Clock;
  /** Queues that several managers share; default queues of its own. */
  queues?: MemoryQueues;
}

/**
 * Queues in the memory of this process, gone when it ends: for tests, and for work that can be made again.
 * Its heartbeat is a timer of the clock that runs until it is closed.
 */
export class MemoryQueueManager extends EngineQueueManager {
  /** @throws ConfigError for options out of range */
  constructor({ clock = systemClock, queues = new MemoryQueues(), ...options }: MemoryQueueOptions = {}) {
    super(new MemoryEngine(queues, clock), resolveQueueOptions(options), clock);
  }
}
