import { PermanentError } from '../../errors.ts';
import { permissionOf } from '../../github/permissions.ts';
import type { BlobInfo, CommitRequest, FileChange, PullRequestInfo } from '../../github/types.ts';
import type { DiagnosisRecord } from '../../store/types.ts';
import { type CommittedFix, commitText } from '../commit-text.ts';
import { companionsOf } from '../companions.ts';
import { unpackPatch } from '../fix-content.ts';
import { type InspectedPatch, inspectPatch } from '../guards/inspect-patch.ts';
import { readHead, whyNotHead } from '../head.ts';
import { commitRefusal } from '../limits.ts';
import { carriesFix } from '../own-commits.ts';
import { type Patch, PatchError } from '../patch/types.ts';
import { patchFiles, pathsToRead, withChanges } from '../patched-files.ts';
import {
  type Applied,
  type FixEnvironment,
  type FixJob,
  type FixStrategy,
  type Refused,
  refused,
} from '../strategy.ts';
import { whyNotYet } from '../timing.ts';

/**
 * Commits the patch on the head branch: on top of the planned head or not at all, never by force. The mark is
 * the trailer of the commit.
 */
export const applyPatch: FixStrategy<InspectedPatch, CommitRequest> = {
  name: 'apply_patch',
  permission: permissionOf('commit'),

  async plan(job, { store, policy }) {
    const text = await unpackPatch(job.payload.fix_content, store.contents);
    if (text === null) return refused('patch.gone', 'the patch is not stored any more');
    const known = await store.diagnoses.find(job.payload.check_run_id);
    const tool = known?.diagnosis.tool ?? null;
    const inspection = inspectPatch(text, { protectedPaths: policy.protectedPaths, tool });
    if (!inspection.ok) return { kind: 'refused', refusal: inspection.refusal };
    const { digest, reverseDigest } = inspection.value;
    return { kind: 'planned', plan: inspection.value, digest, reverseDigest };
  },

  async preflight(plan, job, environment) {
    const { client, store, policy, clock } = environment;
    const { pr_number, repository_id, head_sha } = job.payload;
    const pullRequest = await client.getPullRequest(pr_number);
    if (!pullRequest) return refused('pull_request.gone', 'the pull request is not there any more');
    // The mark comes first: a fix that is there stays done, whatever became of the pull request.
    const moved = pullRequest.headSha !== head_sha;
    const found = moved ? await findMark(pullRequest, job, environment) : null;
    if (found) return found;
    const why = whyNotHead(pullRequest, job) ?? whyNotWritable(pullRequest);
    if (why) return why;
    const attempts = await store.fixAttempts.listByPullRequest(repository_id, pr_number);
    const facts = { id: job.id, headSha: head_sha, attempts, now: clock.now() };
    const refusal = commitRefusal(facts, policy, plan.digest);
    if (refusal) return { kind: 'refused', refusal };
    const notYet = await whyNotYet(pullRequest, job, environment);
    if (notYet) return notYet;
    return await prepareCommit(plan, pullRequest, job, environment);
  },

  async apply(request, job, environment) {
    const again = await readHead(job, environment);
    if (again.kind === 'refused') return again;
    const { pullRequest } = again;
    const sameBranch =
      pullRequest.headRef === request.branch && pullRequest.headRepository === request.repository;
    if (!sameBranch) return refused('head.moved', 'the head branch is another one now');
    const result = await environment.client.createCommit(request);
    if (result.status === 'committed') return committed(result.sha, request.branch);
    if (result.status === 'gone') return refused('branch.gone', 'the head branch was deleted');
    // Perhaps it was moved by ourselves: an answer that was lost on the way.
    const found = await findMark(pullRequest, job, environment);
    return found ?? refused('head.moved', 'the head moved while the fix was made');
  },

  async verify(effect, request, job, { client }) {
    const commit = await client.getCommit(effect.result, request.repository);
    if (!commit) return null;
    if (commit.parents[0] !== request.expectedHeadSha) return 'the commit does not stand on the planned head';
    return carriesFix(commit, job.id) ? null : 'the commit lacks its trailer';
  },
};

function committed(sha: string, branch: string): Applied {
  return { kind: 'applied', result: sha, message: `committed ${sha.slice(0, 7)} to ${branch}` };
}

function whyNotWritable(pullRequest: PullRequestInfo): Refused | null {
  if (pullRequest.headRepository === null) return refused('head.gone', 'the head repository is gone');
  if (!pullRequest.fork || pullRequest.maintainerCanModify) return null;
  return refused('fork.read_only', 'the fork does not allow pushes by maintainers');
}

/** Looks on the head branch, after the planned head, for the commit that carries this fix. */
async function findMark(
  { headRef, headRepository }: PullRequestInfo,
  job: FixJob,
  { client }: FixEnvironment,
): Promise<Applied | null> {
  if (headRepository === null) return null;
  try {
    const commits = await client.listCommitsSince(headRef, job.payload.head_sha, headRepository);
    const own = commits.find((commit) => carriesFix(commit, job.id));
    return own ? committed(own.sha, headRef) : null;
  } catch (error) {
    if (error instanceof PermanentError && (error.code === 'not_found' || error.code === 'gone')) return null;
    throw error;
  }
}

/** The commit: the fix itself, and of its companions those that apply on top of it. */
async function prepareCommit(
  { patch }: InspectedPatch,
  pullRequest: PullRequestInfo,
  job: FixJob,
  environment: FixEnvironment,
): Promise<{ kind: 'go'; ready: CommitRequest } | Refused> {
  const { store, policy } = environment;
  const { repository_id, pr_number, check_run_id, head_sha } = job.payload;
  const { headRef, headRepository } = pullRequest;
  if (headRepository === null) return refused('head.gone', 'the head repository is gone');
  const record = await store.pullRequests.find(repository_id, pr_number);
  const own = record && { ...record, headSha: head_sha, headRepository };
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
    const paths = new Set(more.changes.map(({ path }) => path));
    changes = [...changes.filter(({ path }) => !paths.has(path)), ...more.changes];
    fixes.push(fixOf(companion.fixId, companion.record));
  }
  const text = commitText({ template: policy.commitMessage, fixes, correlationId: job.correlationId });
  const request = { repository: headRepository, branch: headRef, expectedHeadSha: head_sha };
  return { kind: 'go', ready: { ...request, ...text, changes } };
}

function tryPatch(patch: Patch, blobs: readonly BlobInfo[]): { changes: FileChange[] } | Refused {
  try {
    return { changes: patchFiles(patch, blobs) };
  } catch (error) {
    if (error instanceof PatchError) return refused(error.code, error.message);
    throw error;
  }
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

/** The base repository can serve a fork's commits too; where it does not, the fork is asked. */
async function readBlobs(
  paths: readonly string[],
  { headSha, headRepository, fork }: PullRequestInfo,
  { client }: FixEnvironment,
): Promise<BlobInfo[]> {
  const blobs = await client.readFiles(headSha, paths);
  if (!fork || headRepository === null || blobs.length > 0) return blobs;
  return await client.readFiles(headSha, paths, headRepository);
}
