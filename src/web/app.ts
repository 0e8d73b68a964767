import express, { type ErrorRequestHandler, type Express } from 'express';
import { toError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { type WebhookRouteOptions, webhookRoute } from './webhook-route.ts';

/** Path that GitHub delivers to; the one that other GitHub App frameworks use too. */
export const WEBHOOK_PATH = '/api/github/webhooks';

/** Options of {@link createWebApp}. */
export interface WebAppOptions extends WebhookRouteOptions {
  /** Resolves when deliveries can be taken, else rejects: what `/readyz` answers. */
  checkReady: () => Promise<void>;
  logger: Logger;
}

/** The service's web application: the webhook route, `/healthz` and `/readyz`. */
export function createWebApp(options: WebAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_request, response, next) => {
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('cache-control', 'no-store');
    next();
  });
  app.all(WEBHOOK_PATH, webhookRoute(options));
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
  app.use((_request, response) => {
    response.status(404).json({ status: 'not_found' });
  });
  const onError: ErrorRequestHandler = (thrown, _request, response, next) => {
    options.logger.error({ err: toError(thrown) }, 'a request failed');
    if (response.headersSent) next(thrown);
    else response.status(500).json({ status: 'error' });
  };
  app.use(onError);
  return app;
}
