import type { EmitterWebhookEventName } from '@octokit/webhooks';
import type { GitHubEvent } from './github-event.ts';

/** GitHub's events that Checkmend has a handler for; others are published under their own name all the same. */
export type HandledEventName = Extract<
  EmitterWebhookEventName,
  | 'check_run'
  | 'check_suite'
  | 'installation'
  | 'installation_repositories'
  | 'issue_comment'
  | 'ping'
  | 'pull_request'
  | 'workflow_run'
>;

/** A pull request as domain events name it. */
export interface PullRequestFact {
  repositoryId: string;
  owner: string;
  repo: string;
  number: number;
  headSha: string;
  correlationId: string | null;
}

/** What Checkmend did or saw, for those who want to follow it. Published after the fact is durable. */
export interface DomainEvents {
  'pr.created': PullRequestFact;
  'pr.updated': PullRequestFact;
  'pr.closed': PullRequestFact;
  'check.analyzed': PullRequestFact & { checkRunId: string; category: string; fingerprint: string };
  'fix.planned': PullRequestFact & { fixId: string; strategy: string };
  'fix.applied': PullRequestFact & { fixId: string; strategy: string; result: string };
  /** `outcome`: `mended`, `same_failure` or `new_failure`. */
  'fix.verified': PullRequestFact & { fixId: string; strategy: string; outcome: string };
  'fix.dropped': PullRequestFact & { fixId: string; strategy: string; reason: string };
}

/** Every event of the service: `<name>.<action>` (or `<name>`) of GitHub, and the domain events. */
export type ServiceEvents = {
  [Name in HandledEventName | `${HandledEventName}.${string}`]: GitHubEvent;
} & DomainEvents;
