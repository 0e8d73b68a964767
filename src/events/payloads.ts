import { z } from 'zod';

/**
 * What Checkmend needs of GitHub's payloads, and no more: a field that GitHub adds or changes elsewhere breaks
 * nothing. Ids become decimal strings. Source: GitHub's "Webhook events and payloads".
 */
const id = z.union([z.int().nonnegative(), z.string().regex(/^\d{1,20}$/)]).transform(String);
const time = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .pipe(z.int().nonnegative());
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

const repository = z.object({ id, name: z.string().min(1), owner: z.object({ login: z.string().min(1) }) });
const installation = z.object({ id }).optional();
const app = z
  .object({ id, slug: text })
  .nullish()
  .transform((value) => value ?? null);
/** Pull requests of a commit; in a network of forks also those of other repositories, told apart by their base. */
const pullRequests = z
  .array(
    z.object({
      id,
      number: z.int().positive(),
      base: z.object({ repo: z.object({ id }) }).optional(),
    }),
  )
  .nullish()
  .transform((value) => value ?? []);
const action = z.string().min(1);
/** Who did it; bots are told by `type`. */
const sender = z.object({ login: z.string().min(1), type: text }).nullish();
const sha = z.string().regex(/^[0-9a-f]{40,64}$/);

export const pullRequestEvent = z.object({
  action,
  pull_request: z.object({
    id,
    number: z.int().positive(),
    updated_at: time,
    head: z.object({ sha }),
  }),
  repository,
  installation,
});

export const checkRunEvent = z.object({
  action,
  check_run: z.object({
    id,
    name: z.string(),
    status: z.string(),
    conclusion: text,
    head_sha: sha,
    started_at: time.nullish(),
    completed_at: time.nullish(),
    output: z.object({ title: text, summary: text, text }).nullish(),
    app,
    /** `head_branch` is null for a head in a fork. */
    check_suite: z.object({ id: id.nullish(), head_branch: text }).nullish(),
    pull_requests: pullRequests,
  }),
  /** The button that was pressed, for `requested_action`. */
  requested_action: z.object({ identifier: z.string() }).nullish(),
  repository,
  installation,
  sender,
});

export const checkSuiteEvent = z.object({
  action,
  check_suite: z.object({
    id,
    head_sha: sha,
    conclusion: text,
    updated_at: time.nullish(),
    app,
    pull_requests: pullRequests,
  }),
  repository,
  installation,
  sender,
});

const listedRepository = z.object({ id, name: z.string(), full_name: z.string(), private: z.boolean() });
const account = z
  .object({ login: z.string().optional(), slug: z.string().optional() })
  .nullish()
  .transform((value) => value?.login ?? value?.slug ?? '');

export const installationEvent = z.object({
  action,
  installation: z.object({ id, account }),
  repositories: z
    .array(listedRepository)
    .nullish()
    .transform((value) => value ?? []),
});

export const installationRepositoriesEvent = z.object({
  action,
  installation: z.object({ id, account }),
  repositories_added: z.array(listedRepository),
  repositories_removed: z.array(z.object({ id })),
});

export const pingEvent = z.object({ zen: z.string(), hook_id: id.optional() });

export const workflowRunEvent = z.object({
  action,
  workflow_run: z.object({
    id,
    head_sha: sha,
    conclusion: text,
    updated_at: time.nullish(),
    pull_requests: pullRequests,
  }),
  repository,
  installation,
});

export const issueCommentEvent = z.object({
  action,
  /** GitHub's pull requests are issues that have this key. */
  issue: z.object({ number: z.int().positive(), pull_request: z.unknown().optional() }),
  comment: z.object({
    id,
    body: text,
    created_at: time.nullish(),
    user: z.object({ login: z.string().min(1), type: text }).nullish(),
  }),
  repository,
  installation,
});

/** The shape that the body of an event must have; events that are not listed only need to be JSON objects. */
export const EVENT_SHAPES: Readonly<Record<string, z.ZodType>> = {
  pull_request: pullRequestEvent,
  check_run: checkRunEvent,
  check_suite: checkSuiteEvent,
  installation: installationEvent,
  installation_repositories: installationRepositoriesEvent,
  ping: pingEvent,
  workflow_run: workflowRunEvent,
  issue_comment: issueCommentEvent,
};
