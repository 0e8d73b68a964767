import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { registerHandlers } from '../../handlers/index.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { ServiceConfig } from '../config/env.ts';
import { EventBus } from '../events/event-bus.ts';
import type { ServiceEvents } from '../events/event-map.ts';
import { createGitHubApp } from '../github/app.ts';
import type { Resources } from '../lifecycle.ts';
import type { Logger } from '../logger.ts';
import { QUEUES, type QueueName } from '../messages/queues.ts';
import type { ProcessRecord } from '../store/types.ts';
import { createWebApp } from '../web/app.ts';
import { Inbox } from '../web/inbox.ts';
import { HttpServer } from '../web/server.ts';
import type { WorkerManager } from '../worker/worker-manager.ts';
import { Repeater } from './repeater.ts';
import { openState, type State } from './state.ts';
import { createWorkers } from './workers.ts';

/** What one process does. */
export interface Role {
  name: ProcessRecord['role'];
  /** Takes deliveries over HTTP. */
  web: boolean;
  /** Queues that it works on; may be empty. */
  queues: readonly QueueName[];
  /** Messages at once in each queue, 1..256. */
  concurrency: number;
}

/** A process that has started. */
export interface RunningService {
  /** Where it listens; null without a web part. */
  url: string | null;
}

/** How often open deliveries are looked for, and how often a process reports itself, in milliseconds. */
const RETRY_INTERVAL_MS = 5000;
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
  const manager = startWorkers(config, role, state, bus, resources, { logger, clock });
  const url = role.web ? await startWeb(config, state, bus, resources, { logger, clock }) : null;
  startBeat(role, state, manager, resources, { logger, clock });
  logger.info({ role: role.name, queues: role.queues, url, dataDir: config.dataDir }, 'started');
  return { url };
}

interface Surroundings {
  logger: Logger;
  clock: Clock;
}

function startWorkers(
  config: ServiceConfig,
  role: Role,
  state: State,
  bus: EventBus<ServiceEvents>,
  resources: Resources,
  { logger, clock }: Surroundings,
): WorkerManager {
  const { appId, privateKey, apiUrl, mode } = config;
  const github = createGitHubApp({ appId, privateKey, apiUrl, logger, clock });
  const manager = createWorkers({ ...state, github, bus, mode, clock, logger }, role);
  manager.startAll();
  return resources.hold(
    'workers',
    manager,
    (it, { deadlineMs }) => it.stopAll(Math.max(0, deadlineMs - 1000)),
    (it) => it.quietAll(),
  );
}

async function startWeb(
  config: ServiceConfig,
  state: State,
  bus: EventBus<ServiceEvents>,
  resources: Resources,
  { logger, clock }: Surroundings,
): Promise<string> {
  const { appId, webhookSecrets, host, port } = config;
  const { store, queues } = state;
  registerHandlers(bus, { queues, store, clock, logger, appId });
  const inbox = new Inbox({ appId, bus, store, clock, logger });
  const retries = new Repeater('open deliveries', RETRY_INTERVAL_MS, () => inbox.retryDue(), {
    clock,
    logger,
  });
  resources.hold('delivery retries', retries, (it) => it.stop());
  const app = createWebApp({
    inbox,
    secrets: webhookSecrets,
    logger,
    async checkReady() {
      await store.check();
      await queues.getQueueStats(QUEUES.prMonitor);
    },
  });
  const server = resources.hold(
    'web server',
    await HttpServer.listen(app, { host, port }),
    (it, { deadlineMs }) => it.close(deadlineMs / 2),
  );
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`;
  logger.info({ url }, 'listening');
  return url;
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
    const workers = await manager.getWorkerStatus();
    await store.processes.beat({ ...self, seenAt: clock.now(), workers });
  };
  const repeater = new Repeater('process report', BEAT_INTERVAL_MS, beat, { clock, logger });
  resources.hold('process report', repeater, async (it) => {
    await it.stop();
    await store.processes.remove(self.id);
  });
}
