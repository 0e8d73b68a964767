import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { RepositoryMonitorWorker } from '../../workers/repository-monitor.ts';
import { RetentionWorker } from '../../workers/retention.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { ServiceConfig } from '../config/env.ts';
import { toError } from '../errors.ts';
import { EventBus } from '../events/event-bus.ts';
import type { ServiceEvents } from '../events/event-map.ts';
import { createGitHubApp } from '../github/app.ts';
import { DEFAULT_LIMITS } from '../github/budget.ts';
import { isStatus } from '../github/errors.ts';
import type { GitHubApp } from '../github/types.ts';
import type { Resources } from '../lifecycle.ts';
import type { Logger } from '../logger.ts';
import type { QueueName } from '../messages/queues.ts';
import type { ProcessRecord } from '../store/types.ts';
import type { WorkerManager } from '../worker/worker-manager.ts';
import { type IngressMode, startIngress } from './ingress.ts';
import { Repeater } from './repeater.ts';
import { openState, type State } from './state.ts';
import { createWorkers } from './workers.ts';

/** What one process does. */
export interface Role {
  name: ProcessRecord['role'];
  /** How it takes deliveries; null: it does not. */
  ingress: IngressMode | null;
  /** Queues that it works on; may be empty. */
  queues: readonly QueueName[];
  /** Messages at once in all queues together, 1..256. */
  concurrency: number;
}

/** A process that has started. */
export interface RunningService {
  /** Where it listens; null without a web part. */
  url: string | null;
}

/** How often a process reports itself, in milliseconds. */
const BEAT_INTERVAL_MS = 2000;

/**
 * Starts the parts of a role, in the order store and queues, workers, web; each is held for release in reverse.
 * @throws QueueError, DatabaseError or a system error when a part cannot start
 */
export async function startService(
  config: ServiceConfig,
  role: Role,
  resources: Resources,
  { logger, clock = systemClock }: { logger: Logger; clock?: Clock },
): Promise<RunningService> {
  const state = resources.hold('state', await openState(config, { logger, clock }), async (it) => {
    await it[Symbol.asyncDispose]();
  });
  const bus = new EventBus<ServiceEvents>();
  const { appId, privateKey, apiUrl, writesPerMinute } = config;
  const ledger = state.store.budgets;
  const limits = { ...DEFAULT_LIMITS, writesPerMinute };
  const github = createGitHubApp({ appId, privateKey, apiUrl, ledger, limits, logger, clock });
  const monitor = new RepositoryMonitorWorker({
    ...state,
    installations: github.installations,
    appId,
    logger,
    clock,
  });
  const manager = createWorkers({ ...state, github, bus, mode: config.mode, clock, logger }, role);
  manager.register(monitor).register(new RetentionWorker({ ...state, logger, clock }));
  startWorkers(manager, resources);
  const { deliveries } = github;
  const parts = { config, state, bus, deliveries, resources, logger, clock };
  const url = role.ingress
    ? await startIngress(role.ingress, {
        ...parts,
        reconcile: () => monitor.reconcile(),
        workerMetrics: manager.metrics.registry,
      })
    : null;
  startBeat(role, state, manager, resources, { logger, clock });
  void introduce(github, logger);
  logger.info({ role: role.name, queues: role.queues, url, dataDir: config.dataDir }, 'started');
  return { url };
}

/** Says at once what would else only show as work that waits: GitHub may not know the App, or not believe its key. */
async function introduce(github: GitHubApp, logger: Logger): Promise<void> {
  try {
    logger.info({ slug: await github.slug() }, 'GitHub knows the App');
  } catch (thrown) {
    const err = toError(thrown);
    if (isStatus(err, 'unauthorized') || isStatus(err, 'not_found')) {
      logger.error(
        { err },
        'GitHub does not accept the App: look at APP_ID, PRIVATE_KEY and the clock; work waits',
      );
    } else logger.warn({ err }, 'GitHub could not be asked for the App');
  }
}

interface Surroundings {
  logger: Logger;
  clock: Clock;
}

function startWorkers(manager: WorkerManager, resources: Resources): void {
  manager.startAll();
  resources.hold(
    'workers',
    manager,
    (it, { deadlineMs }) => it.stopAll(Math.max(0, deadlineMs - 1000)),
    (it) => it.quietAll(),
  );
}

function startBeat(
  role: Role,
  { store }: State,
  manager: WorkerManager,
  resources: Resources,
  { logger, clock }: Surroundings,
): void {
  const self = {
    id: randomUUID(),
    role: role.name,
    host: hostname(),
    pid: process.pid,
    startedAt: clock.now(),
  };
  const beat = async () => {
    const workers = await manager.getWorkerStatus({ look: false });
    return void (await store.processes.beat({ ...self, seenAt: clock.now(), workers }));
  };
  const repeater = new Repeater('process report', BEAT_INTERVAL_MS, beat, { clock, logger });
  resources.hold('process report', repeater, async (it) => {
    await it.stop();
    await store.processes.remove(self.id);
  });
}
