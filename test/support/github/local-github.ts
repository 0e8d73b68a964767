import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Accounts } from './accounts.ts';
import { passOn } from './announce.ts';
import { Emulator } from './emulator.ts';
import { noExtras } from './extras.ts';
import { Faults } from './faults.ts';
import { Hooks } from './hooks.ts';
import type { LocalApp } from './local-app.ts';
import { nameMissingPermission } from './missing-permission.ts';
import type { LocalGitHubOptions } from './options.ts';
import { defaults } from './options.ts';
import { HOOK_PATH, listen } from './proxy.ts';
import { RequestLog } from './request-log.ts';
import { type Feature, Router } from './router.ts';
import { actionsRoutes, LogAddresses } from './routes/actions.ts';
import { appRoutes, ManifestCodes } from './routes/app.ts';
import { checkRoutes } from './routes/checks.ts';
import { gitRoutes } from './routes/git.ts';
import { graphqlRoutes } from './routes/graphql.ts';
import { pullRoutes } from './routes/pulls.ts';
import { reactionRoutes } from './routes/reactions.ts';
import { reviewRoutes } from './routes/reviews.ts';
import { updateBranchRoutes } from './routes/update-branch.ts';
import { Scenario } from './scenario.ts';
import { type ApiRequest, type ApiResponse, type Json, refusal } from './wire.ts';
import type { World } from './world.ts';

export type { LocalGitHubOptions } from './options.ts';

/** A GitHub on this machine: an API, webhooks, and the people and other Apps that use it. */
export interface LocalGitHub extends AsyncDisposable {
  /** Base URL of the API, for `GITHUB_API_URL`. */
  readonly url: string;
  readonly app: LocalApp;
  /** What people and other Apps do. */
  readonly scenario: Scenario;
  /** Requests that came in over HTTP. */
  readonly requests: RequestLog;
  readonly faults: Faults;
  /** Webhooks that were sent, and where they go. */
  readonly hooks: Hooks;
  /** Makes an added route answer 404, as a server that does not know it. */
  switchOff(feature: Feature): void;
  switchOn(feature: Feature): void;
  /** Makes all installation tokens worthless: they are answered 401. */
  revokeTokens(): void;
  /** The installation is gone: its tokens are worthless, new ones are answered 404, and the App is told. */
  uninstall(installationId?: string): Promise<void>;
  /** A code for `POST /app-manifests/{code}/conversions`. */
  manifestCode(): string;
  close(): Promise<void>;
}

/** Starts a local GitHub on 127.0.0.1. No network is needed. */
export async function startLocalGitHub(options: LocalGitHubOptions = {}): Promise<LocalGitHub> {
  const settings = { ...defaults, ...options };
  const app = await registerApp(settings);
  const faults = new Faults();
  const requests = new RequestLog();
  const hooks = new Hooks(app, settings.webhookUrl);
  const addresses = new LogAddresses();
  const codes = new ManifestCodes();
  const switchedOff = new Set<Feature>(settings.switchedOff);
  const router = new Router();
  const writes = new Set<Promise<unknown>>();
  const starting: { world?: World } = {};
  const worldOf = () => {
    if (!starting.world) throw new Error('the local GitHub has not started yet');
    return starting.world;
  };
  const handle = async (request: ApiRequest): Promise<ApiResponse> => {
    const world = worldOf();
    const anonymous = request.path.startsWith('/app-manifests/');
    const identity = world.accounts.identify(request);
    if (!anonymous && !identity) return refusal(401, 'Bad credentials');
    const found = router.find(request);
    if (found?.route.feature && switchedOff.has(found.route.feature)) return refusal(404, 'Not Found');
    const answer = found
      ? await found.route.handler(request, found.parameters)
      : await world.emulator.forward(request);
    return nameMissingPermission(request, identity, answer);
  };
  const tracked = (request: ApiRequest): Promise<ApiResponse> => {
    const answer = handle(request);
    if (request.method === 'GET') return answer;
    const settled = answer.then(
      () => undefined,
      () => undefined,
    );
    writes.add(settled);
    void settled.then(() => writes.delete(settled));
    return answer;
  };
  const proxy = await listen({
    handle: tracked,
    storage: (request) => addresses.answer(worldOf(), request),
    // The emulator tells of a thing before its maker knows of it: what belongs to it is remembered first.
    hook: (event, payload: Json) =>
      hooks.track(Promise.all(writes).then(() => passOn(worldOf(), event, payload))),
    fault: (request) => faults.take(request),
    log: (request, status, at) => requests.add(request, status, at),
  });
  const accounts = new Accounts(settings.users, settings.organizations, `${app.slug}[bot]`);
  const emulator = await Emulator.start(
    proxy.url,
    accounts.tokens(),
    seedOf(settings, app, `${proxy.url}${HOOK_PATH}`),
  ).catch(async (error: unknown) => {
    await proxy.close();
    throw error;
  });
  const world: World = {
    url: proxy.url,
    app,
    apps: new Map([
      [app.slug, { id: Number(app.id), name: app.name }],
      // Source: GET https://api.github.com/apps/github-actions
      ['github-actions', { id: 15_368, name: 'GitHub Actions' }],
      ['other-ci', { id: 99_001, name: 'Other CI' }],
    ]),
    accounts,
    extras: noExtras(),
    emulator,
    hooks,
    parents: new Map(),
    removedInstallations: new Set(),
    handle: tracked,
  };
  starting.world = world;
  for (const routes of [
    checkRoutes(world),
    actionsRoutes(world, addresses),
    graphqlRoutes(world),
    gitRoutes(world),
    pullRoutes(world),
    reactionRoutes(world),
    reviewRoutes(world),
    updateBranchRoutes(world),
    appRoutes(world, codes),
  ]) {
    router.add(routes);
  }
  const close = async () => {
    await hooks.close();
    await proxy.close();
    await emulator.close();
  };
  return {
    url: settings.enterprise ? `${proxy.url}/api/v3` : proxy.url,
    app,
    scenario: new Scenario(world),
    requests,
    faults,
    hooks,
    switchOff: (feature) => void switchedOff.add(feature),
    switchOn: (feature) => void switchedOff.delete(feature),
    revokeTokens: () => accounts.revokeInstallationTokens(),
    async uninstall(installationId = app.installationId) {
      world.removedInstallations.add(installationId);
      accounts.revokeInstallationTokens();
      const account = app.installations.find(({ id }) => id === installationId)?.account;
      await hooks.send('installation', {
        action: 'deleted',
        installation: { id: Number(installationId), account: { login: account } },
        repositories: [],
        sender: { login: account },
      });
    },
    manifestCode: () => codes.give(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function registerApp(settings: Required<LocalGitHubOptions>): Promise<LocalApp> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const installations = settings.installedOn.map((account, index) => ({ id: String(1001 + index), account }));
  return {
    id: '4242',
    slug: settings.slug,
    name: 'Checkmend (local)',
    privateKey,
    webhookSecret: randomBytes(32).toString('hex'),
    installationId: installations[0]?.id ?? '',
    installations,
    events: settings.events,
  };
}

function seedOf(settings: Required<LocalGitHubOptions>, app: LocalApp, hookUrl: string): Json {
  return {
    users: settings.users.map((login) => ({ login, name: login, email: `${login}@example.test` })),
    orgs: Object.entries(settings.organizations).map(([login, admin]) => ({
      login,
      members: [{ login: admin, role: 'admin' }],
    })),
    apps: [
      {
        app_id: Number(app.id),
        slug: app.slug,
        name: app.name,
        private_key: app.privateKey,
        webhook_url: hookUrl,
        webhook_secret: app.webhookSecret,
        permissions: settings.permissions,
        events: [...app.events],
        installations: app.installations.map(({ id, account }) => ({
          installation_id: Number(id),
          account,
          repository_selection: 'all',
        })),
      },
    ],
  };
}
