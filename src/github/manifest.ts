import { App } from '@octokit/app';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { parseAnswer } from './api.ts';
import { errorOfRequest } from './errors.ts';
import { createOctokit, octokitClass } from './octokit.ts';
import { leastPermissions, subscribedEvents } from './permissions.ts';

/** What an App is made with. Source: GitHub's "Registering a GitHub App from a manifest". */
export interface ManifestOptions {
  /** Unique on all of GitHub, at most 34 characters; whoever creates the App may change it on the page. */
  name: string;
  /** Home page of the App. */
  url: string;
  /** Where GitHub sends its webhooks to. */
  hookUrl: string;
  /** Where GitHub sends the browser with the code, once the App is made. */
  redirectUrl: string;
}

/** A manifest of an App with the least permissions, for the accounts that install it themselves. */
export function appManifest({ name, url, hookUrl, redirectUrl }: ManifestOptions): object {
  return {
    name,
    url,
    // Deliveries only exist while the webhook is active: recovery and pull mode read them.
    hook_attributes: { url: hookUrl, active: true },
    redirect_url: redirectUrl,
    public: false,
    default_permissions: leastPermissions(),
    default_events: subscribedEvents(),
  };
}

/** What GitHub answers once, and never again: the App's identity and its secrets. */
export interface CreatedApp {
  id: string;
  slug: string;
  /** Page of the App. */
  url: string;
  privateKey: string;
  webhookSecret: string;
}

const created = z.object({
  id: z.union([z.int(), z.string()]).transform(String),
  slug: z.string(),
  html_url: z.string(),
  pem: z.string().min(1),
  webhook_secret: z.string().min(1),
});

/**
 * Turns the code of the manifest flow into the App's secrets: once, within an hour.
 * @throws PermanentError `not_found` for a code that is used or old, TransientError as any request
 */
export async function convertManifest(code: string, apiUrl: string, logger: Logger): Promise<CreatedApp> {
  const route = 'POST /app-manifests/{code}/conversions';
  const octokit = createOctokit({ apiUrl, logger, throttle: false }, 'setup');
  try {
    // Sent once: a second try would find the code used.
    const { data } = await octokit.request(route, { code, request: { retries: 0 } });
    const app = parseAnswer(created, data, route);
    return {
      id: app.id,
      slug: app.slug,
      url: app.html_url,
      privateKey: app.pem,
      webhookSecret: app.webhook_secret,
    };
  } catch (thrown) {
    throw errorOfRequest(thrown);
  }
}

/** Where the App's webhooks go, by its own word; null where the server does not say. */
export async function readHookUrl(app: CreatedApp, apiUrl: string, logger: Logger): Promise<string | null> {
  const route = 'GET /app/hook/config';
  const { id: appId, privateKey } = app;
  const { octokit } = new App({
    appId,
    privateKey,
    Octokit: octokitClass({ apiUrl, logger, throttle: false }, 'setup'),
  });
  try {
    const { data } = await octokit.request(route);
    return parseAnswer(z.object({ url: z.string().nullish() }), data, route).url ?? '';
  } catch {
    return null;
  }
}
