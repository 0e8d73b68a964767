import { z } from 'zod';

/**
 * Shapes of GitHub's answers: only what is read, so that an added or changed field elsewhere breaks nothing.
 * Source: GitHub's REST API description.
 */
const id = z.union([z.int(), z.string()]).transform(String);
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const optionalTime = time.nullish().transform((value) => value ?? null);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

export const pullRequest = z.object({
  id,
  number: z.int(),
  state: z.enum(['open', 'closed']),
  merged_at: text,
  draft: z.boolean().nullish().transform(Boolean),
  title: z.string(),
  user: z.object({ login: z.string() }).nullable(),
  labels: z.array(z.object({ name: z.string() })),
  head: z.object({
    sha: z.string(),
    ref: z.string(),
    repo: z
      .object({ id, full_name: z.string(), owner: z.object({ login: z.string(), type: text }).nullish() })
      .nullable(),
  }),
  base: z.object({
    sha: z.string(),
    ref: z.string(),
    repo: z.object({ id, full_name: z.string(), default_branch: text }),
  }),
  maintainer_can_modify: z.boolean().nullish().transform(Boolean),
  updated_at: time,
});

/** Conclusions that GitHub documents; anything else counts as `other`. */
const CONCLUSIONS = new Set([
  'success',
  'failure',
  'neutral',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
  'stale',
  'startup_failure',
]);
const conclusion = text.transform((value) => (value === null || CONCLUSIONS.has(value) ? value : 'other'));

export const checkRun = z.object({
  id,
  name: z.string(),
  head_sha: z.string(),
  status: z.string(),
  conclusion,
  app: z
    .object({ id, slug: text })
    .nullish()
    .transform((value) => value ?? null),
  check_suite: z
    .object({ id })
    .nullish()
    .transform((value) => value ?? null),
  details_url: text,
  external_id: text,
  output: z.object({ title: text, summary: text, text, annotations_count: z.int() }),
  pull_requests: z
    .array(z.object({ number: z.int(), url: text }))
    .nullish()
    .transform((value) => value ?? []),
  started_at: optionalTime,
  completed_at: optionalTime,
});

export const checkRunList = z.object({ check_runs: z.array(checkRun) });

export const annotation = z.object({
  path: z.string(),
  start_line: z.int(),
  end_line: z.int(),
  annotation_level: z.enum(['notice', 'warning', 'failure']).catch('notice'),
  message: text,
  title: text,
});

export const job = z.object({
  id,
  run_id: id,
  run_attempt: z
    .int()
    .nullish()
    .transform((value) => value ?? 1),
  name: z.string(),
  status: z.string(),
  conclusion,
  completed_at: optionalTime,
});

export const workflowRun = z.object({
  id,
  run_attempt: z
    .int()
    .nullish()
    .transform((value) => value ?? 1),
  status: text,
  conclusion,
  head_sha: z.string(),
  created_at: time,
});

export const commit = z.object({
  sha: z.string(),
  commit: z.object({
    message: z.string(),
    committer: z.object({ date: time }).nullable(),
  }),
  author: z.object({ login: z.string(), type: text }).nullish().catch(null),
  parents: z.array(z.object({ sha: z.string() })),
});

export const reference = z.object({ object: z.object({ sha: z.string() }) });

export const gitCommit = z.object({ sha: z.string(), tree: z.object({ sha: z.string() }) });

export const tree = z.object({
  truncated: z.boolean().nullish(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string(),
      type: z.string(),
      sha: z.string(),
      size: z.int().nullish(),
    }),
  ),
});

export const blob = z.object({ content: z.string(), encoding: z.string() });
