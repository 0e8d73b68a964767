import { z } from 'zod';
import { INLINE_TEXT_MAX_BYTES } from '../messages/payloads.ts';
import type { ContentStore } from '../store/types.ts';

const STORED = /^patch:([\w-]{1,200})$/;

/** The patch as it travels in a message: itself, or `patch:<id>` of the stored one when it is over 64 KiB. */
export async function packPatch(patch: string, contents: ContentStore): Promise<string> {
  if (Buffer.byteLength(patch) <= INLINE_TEXT_MAX_BYTES) return patch;
  return `patch:${await contents.save(patch)}`;
}

/** The patch that {@link packPatch} packed; null when it is not stored any more. */
export async function unpackPatch(content: string, contents: ContentStore): Promise<string | null> {
  const stored = STORED.exec(content);
  return stored?.[1] === undefined ? content : await contents.read(stored[1]);
}

const id = z.string().regex(/^\d{1,20}$/);
const rerunPlan = z.strictObject({
  run_id: id,
  /** The attempt that failed: a higher one is the mark of the re-run. */
  run_attempt: z.int().min(1),
  fingerprint: z.string().max(200),
});

/** Which run is to be re-run, and for which failure. */
export interface RerunPlan {
  readonly runId: string;
  readonly runAttempt: number;
  readonly fingerprint: string;
}

/** The plan as it travels in a message. */
export function packRerun({ runId, runAttempt, fingerprint }: RerunPlan): string {
  return JSON.stringify({ run_id: runId, run_attempt: runAttempt, fingerprint });
}

/** The plan that {@link packRerun} packed, or null when it is none. */
export function unpackRerun(content: string): RerunPlan | null {
  const plan = parse(rerunPlan, content);
  return plan && { runId: plan.run_id, runAttempt: plan.run_attempt, fingerprint: plan.fingerprint };
}

const updatePlan = z.strictObject({
  base_sha: z.string().regex(/^[0-9a-f]{40,64}$/),
  check_name: z.string().min(1).max(255),
});

/** Which commit of the base has the cure, and for which check. */
export interface UpdatePlan {
  /** A commit of the base branch on which the check is green. */
  readonly baseSha: string;
  readonly checkName: string;
}

/** The plan as it travels in a message. */
export function packUpdate({ baseSha, checkName }: UpdatePlan): string {
  return JSON.stringify({ base_sha: baseSha, check_name: checkName });
}

/** The plan that {@link packUpdate} packed, or null when it is none. */
export function unpackUpdate(content: string): UpdatePlan | null {
  const plan = parse(updatePlan, content);
  return plan && { baseSha: plan.base_sha, checkName: plan.check_name };
}

function parse<Schema extends z.ZodType>(schema: Schema, content: string): z.output<Schema> | null {
  try {
    return schema.safeParse(JSON.parse(content)).data ?? null;
  } catch {
    return null;
  }
}
