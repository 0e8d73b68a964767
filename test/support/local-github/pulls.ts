import type { Reply } from './http.ts';
import { type AddedRoute, REPO } from './routes.ts';
import type { Upstream } from './upstream.ts';

/** A pull request as the emulator formats it, as far as it is changed here. */
export interface EmulatedPull {
  number: number;
  state: string;
  updated_at: string;
  head: { ref: string; sha: string; repo: { full_name: string } | null };
}

/**
 * Pull requests with the head that their branch has now: the emulator keeps the one of the time they were opened.
 */
export class LivePulls {
  readonly #upstream: Upstream;
  /** When a branch was moved last, by `owner/repo:branch`: GitHub's `updated_at` moves with it. */
  readonly #pushedAt = new Map<string, string>();

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /** Takes note of a push. */
  pushed(repository: string, branch: string): void {
    this.#pushedAt.set(`${repository}:${branch}`, new Date().toISOString());
  }

  async get(repository: string, number: number): Promise<EmulatedPull> {
    return await this.live(
      await this.#upstream.call<EmulatedPull>('GET', `/repos/${repository}/pulls/${number}`),
    );
  }

  async listOpen(repository: string): Promise<EmulatedPull[]> {
    const pulls = await this.#upstream.call<EmulatedPull[]>(
      'GET',
      `/repos/${repository}/pulls?state=open&per_page=100`,
    );
    return await Promise.all(pulls.map((pull) => this.live(pull)));
  }

  /** The same pull request with its branch's head of now; a closed one keeps what it had. */
  async live<Pull extends EmulatedPull>(pull: Pull): Promise<Pull> {
    const repository = pull.head.repo?.full_name;
    if (!repository || pull.state !== 'open') return pull;
    const path = `/repos/${repository}/git/ref/heads/${encodeURI(pull.head.ref)}`;
    const ref = await this.#upstream.call<{ object: { sha: string } }>('GET', path).catch(() => null);
    const pushedAt = this.#pushedAt.get(`${repository}:${pull.head.ref}`) ?? '';
    return {
      ...pull,
      head: { ...pull.head, sha: ref?.object.sha ?? pull.head.sha },
      updated_at: pushedAt > pull.updated_at ? pushedAt : pull.updated_at,
    };
  }

  /** An answer of the emulator with its pull requests made live. */
  async rewrite(reply: Reply): Promise<Reply> {
    if (reply.status !== 200 || !Buffer.isBuffer(reply.body)) return reply;
    const body = JSON.parse(reply.body.toString('utf8')) as EmulatedPull | EmulatedPull[];
    const live = Array.isArray(body)
      ? await Promise.all(body.map((pull) => this.live(pull)))
      : await this.live(body);
    return { ...reply, body: live };
  }

  routes(): AddedRoute[] {
    return [
      {
        name: 'commit-pulls',
        docs: 'REST API, Commits: List pull requests associated with a commit',
        method: 'GET',
        path: new RegExp(`${REPO}/commits/(?<sha>[0-9a-f]{40})/pulls$`),
        answer: async ({ owner, repo, sha }) => {
          const pulls = await this.listOpen(`${owner}/${repo}`);
          return { status: 200, body: pulls.filter((pull) => pull.head.sha === sha) };
        },
      },
    ];
  }
}

/** Paths whose answers hold pull requests. */
export const PULL_PATHS = new RegExp(`${REPO}/pulls(?:/\\d+)?$`);
