import type { Clock } from '../clock.ts';
import type { ServiceConfig } from '../config/env.ts';
import { toError } from '../errors.ts';
import type { Resources } from '../lifecycle.ts';
import type { Logger } from '../logger.ts';
import { Recorder } from '../recording/recorder.ts';
import { createWebApp, WEBHOOK_PATH } from '../web/app.ts';
import type { InboxResult, IncomingDelivery } from '../web/inbox.ts';
import { HttpServer } from '../web/server.ts';
import { SmeeTunnel } from './smee-tunnel.ts';

/** What is recorded by a service that works on deliveries too: a recording that fails is logged, and loses nothing. */
export function recordingOf(folder: string, { clock, logger }: { clock: Clock; logger: Logger }) {
  const recorder = new Recorder(folder, clock);
  return {
    async taken(delivery: IncomingDelivery): Promise<void> {
      try {
        await recorder.record({ ...delivery, action: delivery.content.action });
      } catch (thrown) {
        logger.warn({ err: toError(thrown), deliveryId: delivery.guid }, 'a delivery was not recorded');
      }
    },
  };
}

/**
 * Takes deliveries, over HTTP and from a smee channel where one is set, and does nothing with them but write them to
 * a folder. Answers where it listens.
 */
export async function startRecording(
  config: Pick<ServiceConfig, 'webhookSecrets' | 'host' | 'port' | 'webhookProxy' | 'trustedProxies'>,
  folder: string,
  resources: Resources,
  { logger, clock }: { logger: Logger; clock: Clock },
): Promise<string> {
  const recorder = new Recorder(folder, clock);
  const { webhookSecrets: secrets, host, port, webhookProxy, trustedProxies } = config;
  const inbox = {
    async take(delivery: IncomingDelivery): Promise<InboxResult> {
      try {
        const file = await recorder.record({ ...delivery, action: delivery.content.action });
        logger.info({ deliveryId: delivery.guid, event: delivery.event, file }, 'recorded');
        return { status: 'accepted', messages: 0, reason: 'recorded' };
      } catch (thrown) {
        return { status: 'unavailable', error: toError(thrown) };
      }
    },
  };
  const app = createWebApp({ inbox, secrets, logger, trustedProxies, checkReady: async () => undefined });
  const server = resources.hold(
    'web server',
    await HttpServer.listen(app, { host, port }),
    (it, { deadlineMs }) => it.close(deadlineMs / 2),
  );
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${server.port}${WEBHOOK_PATH}`;
  if (webhookProxy) {
    const { url: source, events } = webhookProxy;
    const target = `http://127.0.0.1:${server.port}${WEBHOOK_PATH}`;
    const tunnel = new SmeeTunnel({ source, target, events, logger, clock });
    resources.hold('tunnel', tunnel, (it) => it.stop());
  }
  logger.info({ url, folder }, 'recording');
  return url;
}
