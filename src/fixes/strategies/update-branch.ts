import { createHash } from 'node:crypto';
import { permissionOf } from '../../github/permissions.ts';
import type { PullRequestInfo } from '../../github/types.ts';
import { type UpdatePlan, unpackUpdate } from '../fix-content.ts';
import { readHead, whyNotHead, whyNotWritable } from '../head.ts';
import { commitRefusal, limitsOf } from '../limits.ts';
import { isOwnCommit } from '../own-commits.ts';
import {
  type Applied,
  type FixEnvironment,
  type FixJob,
  type FixStrategy,
  type Refused,
  refused,
} from '../strategy.ts';
import { whyNotYet } from '../timing.ts';

const FAILED: ReadonlySet<string | null> = new Set(['failure', 'timed_out', 'startup_failure']);

/**
 * Merges the base into the head branch, where the base has the cure: the check is green on a commit of the base that
 * the head lacks. GitHub merges on the planned head or not at all; the mark is our merge commit on top of it.
 */
export const updateBranch: FixStrategy<UpdatePlan, UpdatePlan> = {
  name: 'update_branch',
  permission: permissionOf('commit', 'offer'),

  async plan(job) {
    const plan = unpackUpdate(job.payload.fix_content);
    if (!plan) return refused('update.malformed', 'the message does not name a commit of the base');
    const digest = createHash('sha256').update(`update:${plan.baseSha}`).digest('hex');
    return { kind: 'planned', plan, digest, reverseDigest: null };
  },

  async preflight(plan, job, environment) {
    const { client, policy } = environment;
    const { pr_number, head_sha } = job.payload;
    const pullRequest = await client.getPullRequest(pr_number);
    if (!pullRequest) return refused('pull_request.gone', 'the pull request is not there any more');
    const moved = pullRequest.headSha !== head_sha;
    const found = moved ? await findMerge(pullRequest, job, environment) : null;
    if (found) return found;
    const why = whyNotHead(pullRequest, job) ?? whyNotWritable(pullRequest);
    if (why) return why;
    const digest = createHash('sha256').update(`update:${plan.baseSha}`).digest('hex');
    const refusal = commitRefusal(await limitsOf(job, environment), policy, digest);
    if (refusal) return { kind: 'refused', refusal };
    const noCure = await whyNoCure(plan, pullRequest, environment);
    if (noCure) return noCure;
    return (await whyNotYet(pullRequest, job, environment)) ?? { kind: 'go', ready: plan };
  },

  async apply(_plan, job, environment) {
    const again = await readHead(job, environment);
    if (again.kind === 'refused') return again;
    const { client } = environment;
    const { pr_number, head_sha } = job.payload;
    const result = await client.updateBranch(pr_number, head_sha);
    const merge = await findMerge(again.pullRequest, job, environment);
    if (merge) return merge;
    // GitHub merges a moment after it has accepted.
    return result === 'accepted' ? updated(null) : refused('head.moved', 'the head moved in the meantime');
  },

  async verify() {
    // The checks of the new head tell what came of it.
    return null;
  },
};

function updated(sha: string | null): Applied {
  const what = sha === null ? '' : ` (${sha.slice(0, 7)})`;
  return { kind: 'applied', result: sha ?? 'accepted', message: `merged the base into the branch${what}` };
}

/** Our merge commit on the head branch, directly on the planned head. */
async function findMerge(
  { headRef, headRepository }: PullRequestInfo,
  { payload }: FixJob,
  { client, app }: FixEnvironment,
): Promise<Applied | null> {
  if (headRepository === null) return null;
  const slug = await app.slug();
  const commits = await client.listCommitsSince(headRef, payload.head_sha, headRepository);
  const merge = commits.find(
    (commit) =>
      commit.parents[0] === payload.head_sha && commit.parents.length > 1 && isOwnCommit(commit, slug),
  );
  return merge ? updated(merge.sha) : null;
}

/** The base may have been broken again, or the head may have the cure already. */
async function whyNoCure(
  { baseSha, checkName }: UpdatePlan,
  { baseRef, headSha }: PullRequestInfo,
  { client }: FixEnvironment,
): Promise<Refused | null> {
  const base = await client.getBranchHead(baseRef);
  const [ahead, within] =
    base === null
      ? [null, null]
      : await Promise.all([client.compareCommits(headSha, baseSha), client.compareCommits(base, baseSha)]);
  if (base === null || !ahead || !within || within.aheadBy > 0) {
    return refused('update.no_cure', 'the base does not hold the commit that mends it');
  }
  if (ahead.aheadBy === 0) return refused('update.not_behind', 'the branch holds it already');
  if (!(await isGreen(baseSha, checkName, client)) || (await isRed(base, checkName, client))) {
    return refused('update.base_not_green', 'the check is not green on the base');
  }
  return null;
}

async function isGreen(sha: string, name: string, client: FixEnvironment['client']): Promise<boolean> {
  const runs = (await client.listCheckRuns(sha, name)).filter((run) => run.name === name);
  return runs.length > 0 && runs.every(({ conclusion }) => conclusion === 'success');
}

async function isRed(sha: string, name: string, client: FixEnvironment['client']): Promise<boolean> {
  const runs = await client.listCheckRuns(sha);
  return runs.some((run) => run.name === name && FAILED.has(run.conclusion));
}
