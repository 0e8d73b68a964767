import type { RequestListener, ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler } from 'express';
import { toError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { SAFE_HEADERS, sendJson } from './json-answer.ts';
import { createSenderOf } from './sender.ts';
import { type WebhookRouteOptions, webhookRoute } from './webhook-route.ts';

/** Path that GitHub delivers to; the one that other GitHub App frameworks use too. */
export const WEBHOOK_PATH = '/api/github/webhooks';

/** What `/metrics` answers with; a `prom-client` registry is one. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Options of {@link createWebApp}. */
export interface WebAppOptions extends WebhookRouteOptions {
  /** Resolves when deliveries can be taken, else rejects: what `/readyz` answers. */
  checkReady: () => Promise<void>;
  logger: Logger;
  /** Default none: `/metrics` is not found then. */
  metrics?: MetricsSource;
  /**
   * Addresses or networks (`10.0.0.0/8`) of the proxies in front, whose `x-forwarded-for` is believed where a log
   * line names the sender. Default none: nobody is believed.
   */
  trustedProxies?: readonly string[];
}

/** The service's web application: the webhook route, `/healthz`, `/readyz` and `/metrics`. */
export function createWebApp(options: WebAppOptions): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_request, response, next) => {
    response.set(SAFE_HEADERS);
    next();
  });
  const deliveries = webhookRoute({ senderOf: createSenderOf(options.trustedProxies ?? []), ...options });
  app.all(WEBHOOK_PATH, deliveries);
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get('/readyz', async (_request, response) => {
    try {
      await options.checkReady();
      response.json({ status: 'ok' });
    } catch (thrown) {
      options.logger.warn({ err: toError(thrown) }, 'not ready');
      response.status(503).json({ status: 'unavailable' });
    }
  });
  const { metrics } = options;
  if (metrics) {
    app.get('/metrics', async (_request, response) => {
      response.setHeader('content-type', metrics.contentType);
      response.send(await metrics.metrics());
    });
  }
  app.use((_request, response) => {
    response.status(404).json({ status: 'not_found' });
  });
  const onError: ErrorRequestHandler = (thrown, _request, response, next) => {
    options.logger.error({ err: toError(thrown) }, 'a request failed');
    if (response.headersSent) next(thrown);
    else response.status(500).json({ status: 'error' });
  };
  app.use(onError);
  return (request, response) => {
    // Deliveries come by the hundred and need nothing of express.
    if (request.url !== WEBHOOK_PATH) app(request, response);
    else deliveries(request, response).catch((thrown: unknown) => onCrash(thrown, response, options.logger));
  };
}

function onCrash(thrown: unknown, response: ServerResponse, logger: Logger): void {
  logger.error({ err: toError(thrown) }, 'a request failed');
  if (response.headersSent) response.destroy();
  else sendJson(response, 500, { status: 'error' });
}
