import { z } from 'zod';
import { PermanentError, TransientError, ValidationError } from '../errors.ts';
import type { RepositoryApi } from './api.ts';
import { type Repository, whyNotThere } from './branches.ts';
import { commitByGitData } from './commit-rest.ts';
import { isStatus } from './errors.ts';
import { commit } from './schemas.ts';
import type { CommitInfo, CommitRequest, CommitResult } from './types.ts';

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

const MUTATION = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}`;

const graphqlError = z.object({
  type: z.string().optional(),
  message: z.string(),
  extensions: z.object({ code: z.string().optional() }).nullish(),
});

const answer = z.object({
  data: z
    .object({
      createCommitOnBranch: z.object({ commit: z.object({ oid: z.string() }).nullable() }).nullable(),
    })
    .nullish(),
  errors: z.array(graphqlError).optional(),
});

/**
 * Commits on a branch that must still stand at `expectedHeadSha`; never by force. By GraphQL, whose commits are
 * signed; by Git Data where a file mode needs it (GraphQL writes 100644 only) or GraphQL is missing.
 * Source: GraphQL reference, `createCommitOnBranch`.
 * @throws ValidationError where the target is not named in full
 */
export async function createCommit(api: RepositoryApi, request: CommitRequest): Promise<CommitResult> {
  target.safeParse(request).error?.issues.forEach(({ path, message }) => {
    throw new ValidationError(path.join('.'), message);
  });
  if (request.changes.every(({ mode, content }) => mode === '100644' || content === null)) {
    const result = await commitByGraphql(api, request);
    if (result) return result;
  }
  return await commitByGitData(api, request);
}

/** A commit without a full target could end on another branch: a branch is never left to a default. */
const target = z.object({
  repository: z.string().regex(/^[^/\s]+\/[^/\s]+$/, 'must be owner/name'),
  branch: z.string().regex(/^(?!refs\/)\S+$/, 'must be a branch name'),
  expectedHeadSha: z.string().regex(/^[0-9a-f]{40,64}$/, 'must be a full sha'),
  changes: z.array(z.unknown()).min(1, 'must not be empty'),
});

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
  const sha = reply.data?.createCommitOnBranch?.commit?.oid;
  if (sha) return { status: 'committed', sha, via: 'graphql' };
  const errors = reply.errors ?? [];
  // An older server does not know the mutation: then its own schema check speaks, with a code and no type.
  if (errors.some(({ type, extensions }) => type === undefined && extensions?.code)) return null;
  return await refusalOf(api, request, errors[0]);
}

/** Milliseconds to wait after GraphQL's own limit. Source: as in `errors.ts`. */
const LIMIT_WAIT_MS = 60_000;

async function refusalOf(
  api: RepositoryApi,
  request: CommitRequest,
  error: z.output<typeof graphqlError> | undefined,
): Promise<CommitResult> {
  const what = `GitHub refused the commit: ${error?.message ?? 'without a reason'}`;
  if (error?.type === 'RATE_LIMITED') {
    throw new TransientError('rate_limited', what, { retryAfterMs: LIMIT_WAIT_MS });
  }
  // Whatever GraphQL calls it: the branch itself tells whether it moved or went.
  const elsewhere = await whyNotThere(api, request);
  if (elsewhere) return elsewhere;
  // GitHub's own failures have no type; a branch that seemed stale may stand there again.
  if (error?.type === undefined || error.type === 'STALE_DATA') {
    throw new TransientError('unavailable', what);
  }
  throw new PermanentError(error.type === 'FORBIDDEN' ? 'forbidden' : 'refused', what);
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
