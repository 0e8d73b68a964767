import type { Feature } from './router.ts';

/** Options of `startLocalGitHub`. */
export interface LocalGitHubOptions {
  /** Where the App's webhooks go; default nowhere (set later with `hooks.setTarget`). */
  webhookUrl?: string | null;
  /** Slug of the App; default `checkmend`. */
  slug?: string;
  /** Logins of users; default `alice`, `bob`, `carol`. */
  users?: readonly string[];
  /** Organisation to the user who administers it; default `acme` by `alice`, `umbrella` by `bob`. */
  organizations?: Readonly<Record<string, string>>;
  /** Accounts that the App is installed on, each with an installation of its own; default `acme`. */
  installedOn?: readonly string[];
  /** Permissions of the App; default what it needs. */
  permissions?: Readonly<Record<string, 'read' | 'write'>>;
  /** Events that the App gets. */
  events?: readonly string[];
  /** Added routes that answer 404 from the start; default none. */
  switchedOff?: readonly Feature[];
  /** The API lies under `/api/v3`, as at an Enterprise Server; default false. */
  enterprise?: boolean;
}

export const defaults: Required<LocalGitHubOptions> = {
  webhookUrl: null,
  slug: 'checkmend',
  users: ['alice', 'bob', 'carol'],
  organizations: { acme: 'alice', umbrella: 'bob' },
  installedOn: ['acme'],
  permissions: {
    metadata: 'read',
    checks: 'write',
    actions: 'write',
    contents: 'write',
    pull_requests: 'write',
    issues: 'write',
  },
  events: [
    'check_run',
    'check_suite',
    'installation',
    'installation_repositories',
    'issue_comment',
    'pull_request',
    'push',
    'workflow_run',
  ],
  switchedOff: [],
  enterprise: false,
};
