import type { ProxyRequest, Reply } from './http.ts';
import type { LivePulls } from './pulls.ts';
import type { AddedRoute } from './routes.ts';
import { type Upstream, UpstreamError } from './upstream.ts';

interface CommitInput {
  branch: { repositoryNameWithOwner: string; branchName: string };
  expectedHeadOid: string;
  message: { headline: string; body?: string };
  fileChanges: { additions?: { path: string; contents: string }[]; deletions?: { path: string }[] };
}

/** GraphQL's `createCommitOnBranch`, carried out through the emulator's Git Data routes with the caller's token. */
export class GraphqlRoutes {
  readonly #upstream: Upstream;
  readonly #pulls: LivePulls;
  readonly #onPush: (repository: string, branch: string) => void;

  constructor(upstream: Upstream, pulls: LivePulls, onPush: (repository: string, branch: string) => void) {
    this.#upstream = upstream;
    this.#pulls = pulls;
    this.#onPush = onPush;
  }

  routes(): AddedRoute[] {
    return [
      {
        name: 'graphql',
        docs: 'GraphQL reference: mutation createCommitOnBranch',
        method: 'POST',
        path: /^\/graphql$/,
        answer: (_, request) => this.#answer(request),
      },
    ];
  }

  async #answer(request: ProxyRequest): Promise<Reply> {
    const { query, variables } = JSON.parse(request.body.toString('utf8')) as {
      query: string;
      variables: { input: CommitInput };
    };
    if (!query.includes('createCommitOnBranch'))
      return refused('undefinedField', 'only createCommitOnBranch is known');
    try {
      return await this.#commit(variables.input, request.headers.authorization ?? '');
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      return refused(error.status === 403 ? 'FORBIDDEN' : 'UNPROCESSABLE', error.message);
    }
  }

  async #commit(input: CommitInput, authorization: string): Promise<Reply> {
    const { repositoryNameWithOwner: repository, branchName } = input.branch;
    const call = <T>(method: string, path: string, body?: object) =>
      this.#upstream.call<T>(method, `/repos/${repository}${path}`, body, authorization);
    const ref = await call<{ object: { sha: string } }>('GET', `/git/ref/heads/${branchName}`).catch(
      () => null,
    );
    if (!ref) return refused('NOT_FOUND', `No such branch ${branchName}`);
    if (ref.object.sha !== input.expectedHeadOid) {
      return refused('STALE_DATA', `Expected branch to point to "${input.expectedHeadOid}" but it did not.`);
    }
    const base = await call<{ tree: { sha: string } }>('GET', `/git/commits/${input.expectedHeadOid}`);
    const additions = input.fileChanges.additions ?? [];
    const entries = await Promise.all(
      additions.map(async ({ path, contents }) => {
        const { sha } = await call<{ sha: string }>('POST', '/git/blobs', {
          content: contents,
          encoding: 'base64',
        });
        // GraphQL writes plain files only, whatever the mode was.
        return { path, mode: '100644', type: 'blob', sha };
      }),
    );
    const deletions = (input.fileChanges.deletions ?? []).map(({ path }) => ({
      path,
      mode: '100644',
      type: 'blob',
      sha: null,
    }));
    const tree = await call<{ sha: string }>('POST', '/git/trees', {
      base_tree: base.tree.sha,
      tree: [...entries, ...deletions],
    });
    const { headline, body } = input.message;
    const commit = await call<{ sha: string }>('POST', '/git/commits', {
      message: body ? `${headline}\n\n${body}` : headline,
      tree: tree.sha,
      parents: [input.expectedHeadOid],
    });
    await call('PATCH', `/git/refs/heads/${branchName}`, { sha: commit.sha, force: false });
    this.#pulls.pushed(repository, branchName);
    this.#onPush(repository, branchName);
    return { status: 200, body: { data: { createCommitOnBranch: { commit: { oid: commit.sha } } } } };
  }
}

function refused(type: string, message: string): Reply {
  return { status: 200, body: { data: { createCommitOnBranch: null }, errors: [{ type, message }] } };
}
