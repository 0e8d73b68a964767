import type { GitHubApp, JobLog, RepositoryClient } from '../../../src/github/types.ts';

/** Reads each answer once: a GitHub whose history has ended answers the same for ever. Writes are not allowed. */
export class FrozenGitHub implements GitHubApp {
  readonly appId: string;
  readonly #app: GitHubApp;
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(app: GitHubApp) {
    this.#app = app;
    this.appId = app.appId;
  }

  slug(): Promise<string> {
    return this.#once('slug', () => this.#app.slug());
  }

  repository(installationId: string, owner: string, repo: string): RepositoryClient {
    const client = this.#app.repository(installationId, owner, repo);
    return new Proxy(client, {
      get: (_target, property: keyof RepositoryClient) => {
        const member: unknown = client[property];
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.#call(client, property, member as Method, args);
      },
    });
  }

  async #call(client: RepositoryClient, name: string, method: Method, args: unknown[]): Promise<unknown> {
    if (!/^(?:get|list|find|read)/.test(name)) throw new Error(`nothing writes here: ${name}`);
    const key = `${client.owner}/${client.repo} ${name} ${JSON.stringify(args)}`;
    if (name !== 'getJobLog') return await this.#once(key, () => method.apply(client, args));
    const log = await this.#once(key, async () => {
      const answer = (await method.apply(client, args)) as JobLog;
      return answer.state === 'available' ? await new Response(answer.stream).bytes() : answer;
    });
    if (!(log instanceof Uint8Array)) return log;
    return { state: 'available', stream: new Blob([log.slice()]).stream() };
  }

  #once<Answer>(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const known = this.#answers.get(key) as Promise<Answer> | undefined;
    const answer = known ?? ask();
    this.#answers.set(key, answer);
    return answer;
  }
}

type Method = (...args: unknown[]) => Promise<unknown>;
