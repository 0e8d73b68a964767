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
