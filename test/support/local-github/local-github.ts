import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createEmulator, type Emulator } from 'emulate';
import { freePort } from '../service/free-port.ts';
import { Actions } from './actions.ts';
import { APP, EVENTS, PERMISSIONS } from './app.ts';
import { CHECK_RUN_PATHS, CheckRunApps } from './check-runs.ts';
import { Deliveries } from './deliveries.ts';
import { Faults } from './faults.ts';
import { GraphqlRoutes } from './graphql.ts';
import { LoopbackServer, type ProxyRequest, type Reply } from './http.ts';
import { LivePulls, PULL_PATHS } from './pulls.ts';
import { type AddedRoute, NOT_FOUND } from './routes.ts';
import { Scenario } from './scenario.ts';
import { Upstream } from './upstream.ts';

/** A request that came through the proxy, for counting. */
export interface LoggedRequest {
  method: string;
  path: string;
  status: number;
}

/**
 * A GitHub on this machine: the emulator, and one proxy in front of it that adds the routes it lacks, live heads,
 * conditional requests, faults and counters.
 */
export class LocalGitHub implements AsyncDisposable {
  readonly url: string;
  readonly appId = String(APP.id);
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly faults = new Faults();
  readonly requests: LoggedRequest[] = [];
  /** Names of added routes that answer 404, as an older Enterprise Server does. */
  readonly disabledRoutes = new Set<string>();
  readonly deliveries: Deliveries;
  readonly actions: Actions;
  readonly pulls: LivePulls;
  readonly checkRunApps: CheckRunApps;
  readonly scenario: Scenario;
  readonly #proxy: LoopbackServer;
  readonly #emulator: Emulator;
  readonly #upstream: Upstream;
  readonly #routes: AddedRoute[];
  readonly #sink: LoopbackServer;

  private constructor(parts: Parts) {
    this.url = parts.url;
    this.privateKey = parts.privateKey;
    this.webhookSecret = parts.webhookSecret;
    this.#proxy = parts.proxy;
    this.#sink = parts.sink;
    this.#emulator = parts.emulator;
    this.#upstream = new Upstream(`http://127.0.0.1:${parts.port}`, parts.token);
    this.deliveries = parts.deliveries;
    this.pulls = new LivePulls(this.#upstream);
    this.actions = new Actions(this.#upstream, parts.url);
    this.checkRunApps = new CheckRunApps(this.actions, APP);
    this.scenario = new Scenario(this.#upstream, this);
    const graphql = new GraphqlRoutes(this.#upstream, this.pulls, (repository, branch) => {
      void this.scenario.announcePush(repository, branch);
    });
    this.#routes = [
      ...graphql.routes(),
      ...this.pulls.routes(),
      ...this.actions.routes(),
      ...this.deliveries.routes(),
      installationRepositories(this.#upstream),
    ];
  }

  /** Starts both servers on free ports of 127.0.0.1; secrets are made anew. */
  static async start(): Promise<LocalGitHub> {
    const webhookSecret = randomBytes(20).toString('hex');
    const token = `ghp_${randomBytes(18).toString('hex')}`;
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    const deliveries = new Deliveries(webhookSecret);
    let github: LocalGitHub | undefined;
    const proxy = new LoopbackServer(async (request) =>
      github ? await github.#answer(request) : { status: 503, body: { message: 'starting' } },
    );
    const url = await proxy.listen();
    const sink = new LoopbackServer(async (request) => deliveries.receive(request));
    const webhookUrl = await sink.listen();
    const port = await freePort();
    const emulator = await createEmulator({
      service: 'github',
      port,
      // What it links to goes through the proxy.
      baseUrl: url,
      seed: seedOf({ token, privateKey, webhookSecret, webhookUrl }),
    });
    github = new LocalGitHub({
      url,
      port,
      proxy,
      sink,
      emulator,
      privateKey,
      webhookSecret,
      token,
      deliveries,
    });
    return github;
  }

  async close(): Promise<void> {
    await this.#proxy.close();
    await this.#emulator.close();
    await this.#sink.close();
    await this.deliveries.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #answer(request: ProxyRequest): Promise<Reply | null> {
    const fault = this.faults.take(request);
    if (fault && !fault.afterEffect) return this.#log(request, fault.with === 'drop' ? null : fault.with);
    const reply = await this.#reply(request);
    if (fault) return this.#log(request, fault.with === 'drop' ? null : fault.with);
    return this.#log(request, conditional(request, reply));
  }

  async #reply(request: ProxyRequest): Promise<Reply> {
    for (const route of this.#routes) {
      const match = route.method === request.method ? route.path.exec(request.path) : null;
      if (!match) continue;
      if (this.disabledRoutes.has(route.name)) return NOT_FOUND;
      const reply = await route.answer({ ...match.groups }, request);
      if (reply) return reply;
    }
    const reply = await this.#upstream.forward(request);
    if (request.method === 'GET' && PULL_PATHS.test(request.path)) return await this.pulls.rewrite(reply);
    if (CHECK_RUN_PATHS.test(request.path)) return this.checkRunApps.rewrite(request, reply);
    if (request.method === 'PATCH' && request.path.includes('/git/refs/heads/') && reply.status === 200) {
      const [, owner, repo, branch = ''] =
        /^\/repos\/([^/]+)\/([^/]+)\/git\/refs\/heads\/(.+)$/.exec(request.path) ?? [];
      this.pulls.pushed(`${owner}/${repo}`, branch);
      void this.scenario.announcePush(`${owner}/${repo}`, branch);
    }
    return reply;
  }

  #log(request: ProxyRequest, reply: Reply | null): Reply | null {
    this.requests.push({ method: request.method, path: request.path, status: reply?.status ?? 0 });
    return reply;
  }
}

interface Parts {
  url: string;
  port: number;
  proxy: LoopbackServer;
  sink: LoopbackServer;
  emulator: Emulator;
  privateKey: string;
  webhookSecret: string;
  token: string;
  deliveries: Deliveries;
}

/** 304 for a GET whose ETag the sender has. Source: REST API, "Use conditional requests". */
function conditional(request: ProxyRequest, reply: Reply): Reply {
  if (request.method !== 'GET' || reply.status !== 200 || reply.body === undefined) return reply;
  const bytes = Buffer.isBuffer(reply.body) ? reply.body : Buffer.from(JSON.stringify(reply.body));
  const etag = `"${createHash('sha1').update(bytes).digest('hex')}"`;
  const headers = { ...reply.headers, etag };
  return request.headers['if-none-match'] === etag ? { status: 304, headers } : { ...reply, headers };
}

function installationRepositories(upstream: Upstream): AddedRoute {
  return {
    name: 'installation-repositories',
    docs: 'REST API, Apps: List repositories accessible to the app installation',
    method: 'GET',
    path: /^\/installation\/repositories$/,
    answer: async () => {
      const repositories = await upstream.call<object[]>('GET', `/users/${APP.account}/repos?per_page=100`);
      return { status: 200, body: { total_count: repositories.length, repositories } };
    },
  };
}

function seedOf(secrets: { token: string; privateKey: string; webhookSecret: string; webhookUrl: string }) {
  return {
    tokens: {
      [secrets.token]: { login: APP.account, scopes: ['repo', 'user', 'admin:org', 'admin:repo_hook'] },
    },
    github: {
      users: [
        { login: APP.account, name: 'Octo Shop' },
        { login: 'ada', name: 'Ada' },
      ],
      apps: [
        {
          app_id: APP.id,
          slug: APP.slug,
          name: 'Checkmend (local)',
          private_key: secrets.privateKey,
          permissions: PERMISSIONS,
          events: EVENTS,
          webhook_url: secrets.webhookUrl,
          webhook_secret: secrets.webhookSecret,
          installations: [
            {
              installation_id: APP.installationId,
              account: APP.account,
              repository_selection: 'all',
              permissions: PERMISSIONS,
            },
          ],
        },
      ],
    },
  };
}
