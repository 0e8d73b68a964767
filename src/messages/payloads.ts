import { z } from 'zod';
import { REQUEST_VERBS } from './request-verbs.ts';

/** GitHub's numeric ids travel as decimal strings. */
const id = z.string().regex(/^\d{1,20}$/, 'must be a decimal id');
const sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'must be a full commit sha');
const name = z.string().min(1).max(255);

/** What a worker needs to act without a look-up; part of every typed payload. */
const target = z.object({
  installation_id: id,
  repository_id: id,
  owner: name,
  repo: name,
  head_sha: sha,
});

/** Payload of `monitor_repository` and `check_pull_request`. `head_sha` is null only for a whole repository. */
export const prMonitorPayload = target.extend({
  head_sha: sha.nullable(),
  pr_number: z.int().positive().optional(),
  force_refresh: z.boolean(),
});

/** Largest `failure_logs` and inline `fix_content`, in bytes. */
export const INLINE_TEXT_MAX_BYTES = 64 * 1024;

/** Payload of `analyze_check_failure`. */
export const checkAnalysisPayload = target.extend({
  check_run_id: id,
  /** Null where the event names none (forks): the worker resolves it. */
  pull_request_id: id.nullable(),
  pr_number: z.int().positive().nullable(),
  /** The check run's own output text, at most 64 KiB, else empty: the worker gets the job log. */
  failure_logs: z.string(),
  /** Decide anew about the diagnosis that is stored, where there is one; its log is not read again. */
  rejudge: z.boolean().optional(),
});

/** Ways to act on a diagnosis. */
export const FIX_STRATEGIES = [
  'apply_patch',
  'rerun_failed_jobs',
  'suggest_change',
  'open_pull_request',
  'report',
  'update_branch',
] as const;
/** One of {@link FIX_STRATEGIES}. */
export type FixStrategyName = (typeof FIX_STRATEGIES)[number];

/** Payload of `apply_fix`. */
export const fixApplicationPayload = target.extend({
  pull_request_id: id,
  pr_number: z.int().positive(),
  check_run_id: id,
  fix_strategy: z.enum(FIX_STRATEGIES),
  /** The patch itself, or `patch:<id>` of the stored one when it is over 64 KiB. */
  fix_content: z.string(),
  confidence_score: z.number().min(0).max(1),
  /** Login of the person who asked for it, where one did: then a mode that offers only does not stand in the way. */
  requested_by: name.optional(),
});

/** Payload of `answer_request`. It comes by a button (`check_run_id`), by a comment (`comment_id`), or for a suite. */
export const personRequestPayload = target.extend({
  /** The head that a button was pressed for; null for a command, which is about whatever the head is then. */
  head_sha: sha.nullable(),
  /** Null where the event names none (forks): the worker resolves it. */
  pr_number: z.int().positive().nullable(),
  check_run_id: id.nullable(),
  comment_id: id.nullable(),
  verb: z.enum(REQUEST_VERBS),
  /** Login of the sender, whose own permission is looked up before anything is done. */
  requested_by: name,
});

/** What {@link personRequestPayload} lets through. */
export type PersonRequestPayload = z.infer<typeof personRequestPayload>;
/** What {@link prMonitorPayload} lets through. */
export type PRMonitorPayload = z.infer<typeof prMonitorPayload>;
/** What {@link checkAnalysisPayload} lets through. */
export type CheckAnalysisPayload = z.infer<typeof checkAnalysisPayload>;
/** What {@link fixApplicationPayload} lets through. */
export type FixApplicationPayload = z.infer<typeof fixApplicationPayload>;
