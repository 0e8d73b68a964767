import { type Identity, permits } from '../accounts.ts';
import type { Route } from '../router.ts';
import {
  type ApiRequest,
  type ApiResponse,
  at,
  encodePath,
  type Json,
  json,
  objectOf,
  objectsOf,
  textOf,
} from '../wire.ts';
import { headOf, type World } from '../world.ts';

const DOCS = 'https://docs.github.com/graphql/reference/mutations#createcommitonbranch';

/** A refusal as GraphQL words it. */
class GraphqlError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** GraphQL with the one mutation `createCommitOnBranch`, done by the emulator's Git Data routes. */
export function graphqlRoutes(world: World): Route[] {
  return [
    {
      route: 'POST /graphql',
      docs: DOCS,
      feature: 'graphql',
      handler: async (request) => {
        const { query, variables } = objectOf(request);
        if (!String(query).includes('createCommitOnBranch')) {
          return json(200, { errors: [{ message: 'this local GitHub knows createCommitOnBranch only' }] });
        }
        try {
          const oid = await createCommit(world, request, at({ variables }, 'variables', 'input'));
          return json(200, {
            data: { createCommitOnBranch: { commit: { oid, url: `${world.url}/${oid}` } } },
          });
        } catch (error) {
          if (!(error instanceof GraphqlError)) throw error;
          const path = ['createCommitOnBranch'];
          return json(200, {
            data: { createCommitOnBranch: null },
            errors: [{ type: error.type, path, message: error.message }],
          });
        }
      },
    },
  ];
}

async function createCommit(world: World, request: ApiRequest, input: Json): Promise<string> {
  const repository = textOf(at(input, 'branch'), 'repositoryNameWithOwner');
  const branch = textOf(at(input, 'branch'), 'branchName').replace(/^refs\/heads\//, '');
  const expected = textOf(input, 'expectedHeadOid');
  const additions = objectsOf(at(input, 'fileChanges').additions);
  const deletions = objectsOf(at(input, 'fileChanges').deletions);
  const identity = world.accounts.identify(request);
  checkRights(identity, [...additions, ...deletions]);
  const head = await headOf(world, repository, branch);
  if (head === null) throw new GraphqlError('NOT_FOUND', `No ref exists with the name "${branch}"`);
  if (head !== expected) throw stale(expected);
  const step = (method: string, path: string, body: Json) =>
    call(world, request, repository, method, path, body);
  const parent = await step('GET', `/git/commits/${expected}`, {});
  const tree: Json[] = deletions.map(({ path }) => ({ path, mode: '100644', type: 'blob', sha: null }));
  for (const { path, contents } of additions) {
    const blob = await step('POST', '/git/blobs', { content: contents, encoding: 'base64' });
    // Every file comes out as 100644: the mutation has no place for a mode.
    tree.push({ path, mode: '100644', type: 'blob', sha: blob.sha });
  }
  const base = at(parent, 'tree').sha;
  const made = tree.length > 0 ? await step('POST', '/git/trees', { base_tree: base, tree }) : { sha: base };
  const { headline, body } = at(input, 'message');
  const commit = await step('POST', '/git/commits', {
    message: body ? `${headline}\n\n${body}` : String(headline),
    tree: made.sha,
    parents: [expected],
  });
  const sha = textOf(commit, 'sha');
  await step('PATCH', `/git/refs/heads/${encodePath(branch)}`, { sha, force: false });
  return sha;
}

/** A step of the commit by the routes of the proxy, so that its events follow; as who asked. */
async function call(
  world: World,
  request: ApiRequest,
  repository: string,
  method: string,
  path: string,
  body: Json,
): Promise<Json> {
  const answer: ApiResponse = await world.handle({
    method,
    path: `/repos/${repository}${path}`,
    query: new URLSearchParams(),
    headers: { ...request.headers, 'content-type': 'application/json' },
    body: method === 'GET' ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
    internal: true,
  });
  if (answer.status < 300) return objectOf(answer);
  const message = textOf(objectOf(answer), 'message');
  if (path.startsWith('/git/refs') && answer.status === 422) throw stale('the expected commit');
  const types: Record<number, string> = { 401: 'FORBIDDEN', 403: 'FORBIDDEN', 404: 'NOT_FOUND' };
  throw new GraphqlError(types[answer.status] ?? 'UNPROCESSABLE', message);
}

function stale(expected: string): GraphqlError {
  return new GraphqlError(
    'STALE_DATA',
    `Expected branch to point to "${expected}" but it did not. Pull and try again.`,
  );
}

function checkRights(identity: Identity | null, changes: readonly Json[]): void {
  if (!permits(identity, 'contents', 'write')) {
    throw new GraphqlError('FORBIDDEN', 'Resource not accessible by integration');
  }
  const workflow = changes.find(({ path }) => String(path).startsWith('.github/workflows/'));
  if (workflow && !permits(identity, 'workflows', 'write')) {
    throw new GraphqlError('FORBIDDEN', 'refusing to allow a GitHub App to create or update a workflow');
  }
}
