import { Registry } from 'prom-client';
import { registerHandlers } from '../../handlers/index.ts';
import { DeliveryRecovery } from '../../workers/delivery-recovery.ts';
import type { Clock } from '../clock.ts';
import type { ServiceConfig, WebhookProxy } from '../config/env.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { ServiceEvents } from '../events/event-map.ts';
import type { HookDeliveries } from '../github/hook-deliveries.ts';
import type { Resources } from '../lifecycle.ts';
import type { Logger } from '../logger.ts';
import { QUEUES } from '../messages/queues.ts';
import { createWebApp, WEBHOOK_PATH } from '../web/app.ts';
import { Inbox } from '../web/inbox.ts';
import { IngressMetrics } from '../web/ingress-metrics.ts';
import { HttpServer } from '../web/server.ts';
import { PULL_MAX_MS, PullInterval } from './pull-interval.ts';
import { recordingOf } from './record.ts';
import { RecoveryMetrics } from './recovery-metrics.ts';
import { RecoverySchedule } from './recovery-schedule.ts';
import { Repeater } from './repeater.ts';
import { SmeeTunnel } from './smee-tunnel.ts';
import type { State } from './state.ts';

/** How deliveries come in: over HTTP (with a sweep for those that were missed), or read from GitHub's API. */
export type IngressMode = 'push' | 'pull';

/** What an ingress works with. */
export interface IngressParts {
  config: ServiceConfig;
  state: State;
  bus: EventBus<ServiceEvents>;
  deliveries: HookDeliveries;
  /** Brings the store to the truth when the missed deliveries would cost too much. */
  reconcile: () => Promise<unknown>;
  /** Answered by `/metrics` beside the ingress's own. */
  workerMetrics: Registry;
  resources: Resources;
  logger: Logger;
  clock: Clock;
}

/** How often open deliveries are looked for, and missed ones in push mode, in milliseconds. */
const RETRY_INTERVAL_MS = 5000;
const SWEEP_INTERVAL_MS = 600_000;

/** The same behind a tunnel, which loses some and breaks the signature of others. */
const TUNNEL_SWEEP_INTERVAL_MS = 60_000;

/** When one is tried again that failed, in milliseconds. */
const FAILED_SWEEP_INTERVAL_MS = PULL_MAX_MS;

/** Starts to take deliveries; answers where it listens, or null in pull mode, which opens no port. */
export async function startIngress(mode: IngressMode, parts: IngressParts): Promise<string | null> {
  const { config, state, bus, resources, logger, clock } = parts;
  const { appId } = config;
  const { store, queues } = state;
  registerHandlers(bus, { queues, store, clock, logger, appId });
  const registry = new Registry();
  const observer = new IngressMetrics(registry, store.deliveries);
  const recording = config.recordDir ? recordingOf(config.recordDir, { clock, logger }) : null;
  const inbox = new Inbox({ appId, bus, store, clock, logger, observer, ...(recording && { recording }) });
  const retries = new Repeater(
    'open deliveries',
    RETRY_INTERVAL_MS,
    async (stopping) => void (await inbox.retryDue(100, stopping)),
    { clock, logger },
  );
  resources.hold(
    'delivery retries',
    retries,
    (it) => it.stop(),
    (it) => it.quiet(),
  );
  const recoveryMetrics = new RecoveryMetrics(registry);
  const url = mode === 'push' ? await listen(inbox, observer, registry, parts) : null;
  startRecovery(mode, inbox, recoveryMetrics, parts);
  return url;
}

async function listen(
  inbox: Inbox,
  observer: IngressMetrics,
  registry: Registry,
  parts: IngressParts,
): Promise<string> {
  const { config, state, resources, logger, workerMetrics } = parts;
  const { webhookSecrets, host, port } = config;
  const { store, queues } = state;
  const app = createWebApp({
    inbox,
    secrets: webhookSecrets,
    logger,
    observer,
    metrics: Registry.merge([registry, workerMetrics]),
    trustedProxies: config.trustedProxies,
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
  if (config.webhookProxy) openTunnel(config.webhookProxy, `${reachable(url)}${WEBHOOK_PATH}`, parts);
  return url;
}

function openTunnel(
  { url: source, events }: WebhookProxy,
  target: string,
  { resources, logger, clock }: IngressParts,
): void {
  const tunnel = new SmeeTunnel({ source, target, events, logger, clock });
  resources.hold(
    'tunnel',
    tunnel,
    (it) => it.stop(),
    (it) => it.stop(),
  );
}

/** An address of this machine for one that means all of them. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//127.0.0.1:');
}

function startRecovery(
  mode: IngressMode,
  inbox: Inbox,
  observer: RecoveryMetrics,
  parts: IngressParts,
): void {
  const { config, state, deliveries, reconcile, resources, logger, clock } = parts;
  const { store } = state;
  const recovery = new DeliveryRecovery({
    appId: config.appId,
    deliveries,
    store,
    sink: inbox,
    reconcile,
    answeredElsewhere: mode === 'pull' || config.webhookProxy !== null,
    observer,
    clock,
    logger,
  });
  const pull = new PullInterval();
  const sweepInterval = config.webhookProxy ? TUNNEL_SWEEP_INTERVAL_MS : SWEEP_INTERVAL_MS;
  const schedule = new RecoverySchedule({
    name: `delivery-recovery-${mode}`,
    store,
    sweep: async (stopping) => {
      const { missed, reconciled } = await recovery.sweep(stopping);
      // What had to be reconciled is too much to be looked at every few seconds.
      return reconciled > 0 ? 0 : missed;
    },
    intervalMs: (found) => (mode === 'pull' ? pull.next(found) : sweepInterval),
    clock,
  });
  const turn = (stopping: AbortSignal) => schedule.turn(stopping);
  const repeater = new Repeater('delivery recovery', FAILED_SWEEP_INTERVAL_MS, turn, { clock, logger });
  resources.hold(
    'delivery recovery',
    repeater,
    (it) => it.stop(),
    (it) => it.quiet(),
  );
}
