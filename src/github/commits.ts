import { z } from 'zod';
import { PermanentError } from '../errors.ts';
import type { RepositoryApi } from './api.ts';
import { commitByGitData } from './commit-rest.ts';
import { isStatus } from './errors.ts';
import { commit, reference } from './schemas.ts';
import type { CommitInfo, CommitRequest, CommitResult } from './types.ts';

export async function getBranchHead(
  api: RepositoryApi,
  branch: string,
  repository: Repository,
): Promise<string | null> {
  const route = 'GET /repos/{owner}/{repo}/git/ref/{+ref}';
  return (await api.find(reference, route, { ...repository, ref: `heads/${branch}` }))?.object.sha ?? null;
}

export async function getCommit(
  api: RepositoryApi,
  sha: string,
  repository: Repository,
): Promise<CommitInfo | null> {
  const found = await api.find(commit, 'GET /repos/{owner}/{repo}/commits/{ref}', {
    ...repository,
    ref: sha,
  });
  return found && infoOf(found);
}

/** Newest first, until `untilSha` (not included) or `limit`. */
export async function listCommitsSince(
  api: RepositoryApi,
  branch: string,
  untilSha: string,
  repository: Repository,
  limit = 50,
): Promise<CommitInfo[]> {
  const route = 'GET /repos/{owner}/{repo}/commits';
  const page = await api.find(z.array(commit), route, { ...repository, sha: branch, per_page: limit });
  const commits = (page ?? []).map(infoOf);
  const end = commits.findIndex((it) => it.sha === untilSha);
  return end === -1 ? commits : commits.slice(0, end);
}

/** `owner` and `repo` of the repository that is meant. */
export interface Repository {
  owner: string;
  repo: string;
}

const MUTATION = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}`;

const answer = z.object({
  data: z
    .object({ createCommitOnBranch: z.object({ commit: z.object({ oid: z.string() }) }).nullable() })
    .nullish(),
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).optional(),
});

/**
 * Commits on a branch that must still stand at `expectedHeadSha`; never by force. By GraphQL, whose commits are
 * signed; by Git Data where a file mode needs it (GraphQL writes 100644 only) or GraphQL is missing.
 * Source: GraphQL reference, `createCommitOnBranch`.
 */
export async function createCommit(api: RepositoryApi, request: CommitRequest): Promise<CommitResult> {
  if (request.changes.every((change) => change.mode === '100644')) {
    const result = await commitByGraphql(api, request);
    if (result) return result;
  }
  return await commitByGitData(api, request);
}

/** Null where the server has no such mutation. */
async function commitByGraphql(api: RepositoryApi, request: CommitRequest): Promise<CommitResult | null> {
  const input = {
    branch: { repositoryNameWithOwner: request.repository, branchName: request.branch },
    expectedHeadOid: request.expectedHeadSha,
    message: { headline: request.headline, body: request.body },
    fileChanges: {
      additions: request.changes.flatMap(({ path, content }) =>
        content === null ? [] : [{ path, contents: content.toString('base64') }],
      ),
      deletions: request.changes.flatMap(({ path, content }) => (content === null ? [{ path }] : [])),
    },
  };
  let reply: z.output<typeof answer>;
  try {
    reply = await api.graphql(answer, MUTATION, { input });
  } catch (error) {
    if (isStatus(error, 'not_found')) return null;
    throw error;
  }
  const sha = reply.data?.createCommitOnBranch?.commit.oid;
  if (sha) return { status: 'committed', sha, via: 'graphql' };
  return await refusalOf(api, request, reply.errors ?? []);
}

async function refusalOf(
  api: RepositoryApi,
  { repository, branch, expectedHeadSha }: CommitRequest,
  errors: readonly { type?: string | undefined; message: string }[],
): Promise<CommitResult> {
  // Whatever GraphQL calls it: the branch itself tells whether it moved or went.
  const head = await getBranchHead(api, branch, repositoryOf(repository));
  if (head === null) return { status: 'gone' };
  if (head !== expectedHeadSha) return { status: 'moved' };
  const [error] = errors;
  const code = error?.type === 'FORBIDDEN' ? 'forbidden' : 'refused';
  throw new PermanentError(code, `GitHub refused the commit: ${error?.message ?? 'without a reason'}`);
}

/** `owner/name` in two parts. */
export function repositoryOf(fullName: string): Repository {
  const [owner = '', repo = ''] = fullName.split('/');
  return { owner, repo };
}

function infoOf(found: z.output<typeof commit>): CommitInfo {
  return {
    sha: found.sha,
    message: found.commit.message,
    authorLogin: found.author?.login ?? null,
    authorIsBot: found.author?.type === 'Bot' || (found.author?.login.endsWith('[bot]') ?? false),
    committedAt: found.commit.committer?.date ?? 0,
    parents: found.parents.map((parent) => parent.sha),
  };
}
