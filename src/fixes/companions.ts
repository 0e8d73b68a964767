import { FixApplicationMessage } from '../messages/fix-application-message.ts';
import type { FixStrategyName } from '../messages/payloads.ts';
import type { DiagnosisRecord, PullRequestRecord } from '../store/types.ts';
import { yieldsToPeople } from './asked.ts';
import { packPatch } from './fix-content.ts';
import { inspectPatch } from './guards/inspect-patch.ts';
import { judge } from './judge.ts';
import { parsePatch } from './patch/parse.ts';
import { type Patch, PatchError } from './patch/types.ts';
import type { FixEnvironment, FixJob } from './strategy.ts';

/** Another fix for the same head that may go into the same commit, or the same review. */
export interface Companion {
  /** Id of its own message: its mark in the shared commit. */
  readonly fixId: string;
  readonly record: DiagnosisRecord;
  readonly patch: Patch;
}

/**
 * Fixes of other failed checks of the same head that the policy allows as well: one head gets one commit, so
 * they go together. Each keeps its own mark, by which its own message will find it done.
 */
export async function companionsOf(
  job: FixJob,
  pullRequest: PullRequestRecord,
  environment: FixEnvironment,
): Promise<Companion[]> {
  const { store } = environment;
  const companions = new Map<string, Companion>();
  for (const record of await store.diagnoses.listByHead(pullRequest.repositoryId, pullRequest.headSha)) {
    const companion = await companionOf(record, job, pullRequest, environment);
    if (companion && companion.fixId !== job.id) companions.set(companion.fixId, companion);
  }
  return [...companions.values()];
}

async function companionOf(
  record: DiagnosisRecord,
  { payload: { requested_by, ...payload } }: FixJob,
  pullRequest: PullRequestRecord,
  environment: FixEnvironment,
): Promise<Companion | null> {
  const { patch } = record.diagnosis;
  if (patch === null) return null;
  const { store, policy } = environment;
  const check = await store.checkRuns.find(record.checkRunId);
  const verdict = await judge(record, { appSlug: check?.appSlug ?? null }, pullRequest, environment);
  // Who asks for the fix of a head asks for all of it.
  const asked = requested_by !== undefined && verdict.action !== 'apply' && yieldsToPeople(verdict.rule);
  if (asked) {
    const { tool } = record.diagnosis;
    if (!inspectPatch(patch, { protectedPaths: policy.protectedPaths, tool }).ok) return null;
  } else {
    if (verdict.strategy !== 'apply_patch') return null;
    // What the policy only offers may be suggested, but goes into no commit that it did not allow.
    if (verdict.action !== 'apply' && !proposes(payload.fix_strategy, verdict.rule)) return null;
  }
  const fixContent = await packPatch(patch, store.contents);
  const message = new FixApplicationMessage(
    {
      ...payload,
      fix_content: fixContent,
      check_run_id: record.checkRunId,
      ...(requested_by !== undefined && { requested_by }),
    },
    { timestamp: record.createdAt },
  );
  try {
    return { fixId: message.id, record, patch: parsePatch(patch) };
  } catch (error) {
    if (error instanceof PatchError) return null;
    throw error;
  }
}

function proposes(strategy: FixStrategyName, rule: string): boolean {
  if (strategy === 'suggest_change') return true;
  return strategy === 'open_pull_request' && rule === 'fork.read_only';
}
