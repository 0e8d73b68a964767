import type { BlobInfo, CommitRequest, FileChange, PullRequestInfo } from '../github/types.ts';
import type { DiagnosisRecord, PullRequestRecord } from '../store/types.ts';
import { type CommittedFix, commitText } from './commit-text.ts';
import { companionsOf } from './companions.ts';
import type { InspectedPatch } from './guards/inspect-patch.ts';
import { type Patch, PatchError } from './patch/types.ts';
import { patchFiles, pathsToRead, withChanges } from './patched-files.ts';
import { type FixEnvironment, type FixJob, type Refused, refused } from './strategy.ts';

/** The commit: the fix itself, and of its companions those that apply on top of it. */
export async function prepareCommit(
  { patch }: InspectedPatch,
  pullRequest: PullRequestInfo,
  target: Pick<CommitRequest, 'repository' | 'branch'>,
  job: FixJob,
  environment: FixEnvironment,
): Promise<{ kind: 'go'; ready: CommitRequest } | Refused> {
  const { store, policy } = environment;
  const { check_run_id, head_sha } = job.payload;
  const own = await recordOf(pullRequest, job, environment);
  const companions = own ? await companionsOf(job, own, environment) : [];
  const paths = [patch, ...companions.map((companion) => companion.patch)].flatMap(pathsToRead);
  const blobs = await readBlobs([...new Set(paths)], pullRequest, environment);
  const files = tryPatch(patch, blobs);
  if ('kind' in files) return files;
  let changes = files.changes;
  const fixes = [fixOf(job.id, await store.diagnoses.find(check_run_id))];
  for (const companion of companions) {
    const more = tryPatch(companion.patch, withChanges(blobs, changes));
    if ('kind' in more) continue;
    const changed = new Set(more.changes.map(({ path }) => path));
    changes = [...changes.filter(({ path }) => !changed.has(path)), ...more.changes];
    fixes.push(fixOf(companion.fixId, companion.record));
  }
  const text = commitText({ template: policy.commitMessage, fixes, correlationId: job.correlationId });
  return { kind: 'go', ready: { ...target, expectedHeadSha: head_sha, ...text, changes } };
}

/** The stored pull request as a job sees it: at the planned head, and where it was just read to lie. */
export async function recordOf(
  { headRepository }: PullRequestInfo,
  { payload }: FixJob,
  { store }: FixEnvironment,
): Promise<PullRequestRecord | null> {
  const record = await store.pullRequests.find(payload.repository_id, payload.pr_number);
  return record && { ...record, headSha: payload.head_sha, headRepository };
}

/** The files as the patch makes them, or why it does not fit. */
export function tryPatch(patch: Patch, blobs: readonly BlobInfo[]): { changes: FileChange[] } | Refused {
  try {
    return { changes: patchFiles(patch, blobs) };
  } catch (error) {
    if (error instanceof PatchError) return refused(error.code, error.message);
    throw error;
  }
}

/** The base repository can serve a fork's commits too; where it does not, the fork is asked. */
export async function readBlobs(
  paths: readonly string[],
  { headSha, headRepository, fork }: PullRequestInfo,
  { client }: FixEnvironment,
): Promise<BlobInfo[]> {
  const blobs = await client.readFiles(headSha, paths);
  if (!fork || headRepository === null || blobs.length > 0) return blobs;
  return await client.readFiles(headSha, paths, headRepository);
}

function fixOf(fixId: string, record: DiagnosisRecord | null): CommittedFix {
  return {
    fixId,
    check: record?.checkName ?? '',
    tool: record?.diagnosis.tool ?? null,
    category: record?.diagnosis.category ?? 'unknown',
    summary: record?.diagnosis.summary ?? '',
  };
}
