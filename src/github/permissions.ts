/** Permissions of a GitHub App that Checkmend knows, by their names in the API. Nothing else is asked for. */
export type PermissionName = 'actions' | 'checks' | 'contents' | 'issues' | 'metadata' | 'pull_requests';

/** How far a permission goes; `write` includes `read`. */
export type PermissionLevel = 'read' | 'write';

/** What one feature needs. */
export interface FeatureNeed {
  /** What it is for, as a person would say it. */
  readonly text: string;
  readonly permission: PermissionName;
  readonly level: PermissionLevel;
  /** Webhook events that it lives on. */
  readonly events: readonly string[];
  /** What becomes of it without the permission. */
  readonly without: string;
}

/**
 * Everything that the App is given and why: the one table that the manifest, `docs/permissions.md` and every message
 * about a missing permission read. Source of which event needs which permission: GitHub's "Webhook events and
 * payloads"; of requests: "Permissions required for GitHub Apps".
 */
export const FEATURES = {
  know_repositories: {
    text: 'know the repositories that it is installed on',
    permission: 'metadata',
    level: 'read',
    events: ['installation', 'installation_repositories'],
    without: 'an App always has it',
  },
  follow_pull_requests: {
    text: 'follow pull requests',
    permission: 'pull_requests',
    level: 'read',
    events: ['pull_request'],
    without: 'nothing works',
  },
  see_checks: {
    text: 'see which checks failed',
    permission: 'checks',
    level: 'read',
    events: ['check_run', 'check_suite'],
    without: 'nothing works',
  },
  read_logs: {
    text: 'read the logs of GitHub Actions',
    permission: 'actions',
    level: 'read',
    events: ['workflow_run'],
    without: 'a failed check is known by its output and annotations only, seldom enough to tell the cause',
  },
  read_policy: {
    text: 'read the policy `.github/checkmend.yml`, and the files that a fix changes',
    permission: 'contents',
    level: 'read',
    events: [],
    without: 'nothing is applied: a policy that cannot be read allows nothing',
  },
  report: {
    text: 'report in a check run of its own, with buttons',
    permission: 'checks',
    level: 'write',
    events: ['check_run'],
    without: 'nothing is reported on the pull request; `checkmend why` still tells',
  },
  rerun: {
    text: 'run jobs again that only the infrastructure failed',
    permission: 'actions',
    level: 'write',
    events: [],
    without: 'they are only reported',
  },
  commit: {
    text: "commit a fix on the pull request's head branch",
    permission: 'contents',
    level: 'write',
    events: [],
    without: 'fixes are only reported, with the patch',
  },
  offer: {
    text: 'offer a change as a review suggestion, or as a pull request of its own',
    permission: 'pull_requests',
    level: 'write',
    events: [],
    without: 'changes are only reported, with the patch',
  },
  comment: {
    text: 'tell in one comment on the pull request what is left for a person to do',
    permission: 'pull_requests',
    level: 'write',
    events: [],
    without: 'the report tells it alone',
  },
  commands: {
    text: 'take commands from comments on pull requests',
    permission: 'issues',
    level: 'read',
    events: ['issue_comment'],
    without: 'comments do nothing; the buttons of the report and the command line still do',
  },
  acknowledge: {
    text: 'acknowledge a command by a reaction to its comment',
    permission: 'issues',
    level: 'write',
    events: [],
    without: 'commands are obeyed without a sign',
  },
} as const satisfies Readonly<Record<string, FeatureNeed>>;

/** Name of a feature in {@link FEATURES}. */
export type FeatureName = keyof typeof FEATURES;

/** Events that every App gets unasked; GitHub refuses a manifest that names them. */
const SENT_TO_ALL: ReadonlySet<string> = new Set(['installation', 'installation_repositories', 'ping']);

/** Events that are handled, sorted. */
export function handledEvents(): string[] {
  const named = Object.values<FeatureNeed>(FEATURES).flatMap(({ events }) => events);
  return [...new Set([...named, 'ping'])].toSorted();
}

/** Events that the App has to subscribe to, sorted. */
export function subscribedEvents(): string[] {
  return handledEvents().filter((event) => !SENT_TO_ALL.has(event));
}

/** The least permissions with which every feature works, by name. */
export function leastPermissions(): Partial<Record<PermissionName, PermissionLevel>> {
  const needed: Partial<Record<PermissionName, PermissionLevel>> = {};
  const features = Object.values<FeatureNeed>(FEATURES);
  for (const { permission, level } of features.toSorted((a, b) => a.permission.localeCompare(b.permission))) {
    if (needed[permission] !== 'write') needed[permission] = level;
  }
  return needed;
}

/** What features need, as GitHub's settings page words it: `Contents: write`, or several with `and` between them. */
export function permissionOf(...features: readonly [FeatureName, ...FeatureName[]]): string {
  return features.map((feature) => labelOf(FEATURES[feature])).join(' and ');
}

/** The end of a sentence about a refusal: `the App lacks the permission "Contents: write"`; any of several features. */
export function lacks(...features: readonly [FeatureName, ...FeatureName[]]): string {
  const names = [...new Set(features.map((feature) => permissionOf(feature)))].map((name) => `"${name}"`);
  const last = names.pop() ?? '';
  return names.length === 0
    ? `the App lacks the permission ${last}`
    : `the App lacks one of the permissions ${names.join(', ')} and ${last}`;
}

/** `Pull requests: write`. */
export function labelOf({ permission, level }: Pick<FeatureNeed, 'permission' | 'level'>): string {
  const words = permission.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}: ${level}`;
}
