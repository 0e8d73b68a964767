import { randomBytes } from 'node:crypto';
import { mintedToken } from '../accounts.ts';
import type { Delivery } from '../hooks.ts';
import type { Handler, Route } from '../router.ts';
import { type ApiRequest, type ApiResponse, type Json, json, objectOf, refusal } from '../wire.ts';
import { requestOf, type World } from '../world.ts';

/** Milliseconds that the code of the manifest flow lives. */
const CODE_LIFE_MS = 3_600_000;

/** Codes of the manifest flow: each is good once, for an hour. */
export class ManifestCodes {
  readonly #given = new Map<string, number>();

  give(): string {
    const code = randomBytes(20).toString('hex');
    this.#given.set(code, Date.now() + CODE_LIFE_MS);
    return code;
  }

  use(code: string): boolean {
    const until = this.#given.get(code) ?? 0;
    this.#given.delete(code);
    return until > Date.now();
  }
}

/** What an App does for itself: tokens, its repositories, its deliveries, and its making from a manifest. */
export function appRoutes(world: World, codes: ManifestCodes): Route[] {
  const deliveries = (name: string, handler: Handler): Route => ({
    route: name,
    docs: 'https://docs.github.com/rest/apps/webhooks',
    feature: 'deliveries',
    handler: async (request, parameters) => {
      const app = await world.emulator.forward({
        ...request,
        method: 'GET',
        path: '/app',
        body: Buffer.alloc(0),
      });
      return app.status === 200 ? await handler(request, parameters) : app;
    },
  });
  return [
    {
      route: 'POST /app/installations/:id/access_tokens',
      docs: 'https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app',
      feature: null,
      handler: async (request, { id = '' }) => {
        if (world.removedInstallations.has(id)) return refusal(404, 'Not Found');
        const answer = await world.emulator.forward(request);
        const token = mintedToken(answer);
        if (token) world.accounts.minted(token, id);
        return answer;
      },
    },
    {
      route: 'GET /installation/repositories',
      docs: 'https://docs.github.com/rest/apps/installations#list-repositories-accessible-to-the-app-installation',
      feature: 'installation-repositories',
      handler: (request) => installationRepositories(world, request),
    },
    {
      route: 'POST /app-manifests/:code/conversions',
      docs: 'https://docs.github.com/rest/apps/apps#create-a-github-app-from-a-manifest',
      feature: 'manifest',
      handler: async (_request, { code = '' }) =>
        codes.use(code) ? converted(world) : refusal(404, 'Not Found'),
    },
    deliveries('GET /app/hook/deliveries', async (request) => listDeliveries(world, request)),
    deliveries('GET /app/hook/deliveries/:id', async (_request, { id }) => {
      const delivery = world.hooks.log[Number(id) - 1];
      return delivery ? json(200, deliveryJson(world, delivery, true)) : refusal(404, 'Not Found');
    }),
    deliveries('POST /app/hook/deliveries/:id/attempts', async (_request, { id }) => {
      if (!world.hooks.log[Number(id) - 1]) return refusal(404, 'Not Found');
      world.hooks.track(world.hooks.redeliver(Number(id)));
      return json(202, {});
    }),
  ];
}

async function installationRepositories(world: World, request: ApiRequest): Promise<ApiResponse> {
  const identity = world.accounts.identify(request);
  if (identity?.kind !== 'installation') {
    return refusal(
      403,
      'You must authenticate with an installation access token in order to list repositories',
    );
  }
  const account = world.app.installations.find(({ id }) => id === identity.installationId)?.account ?? '';
  const kind = world.accounts.isOrganization(account) ? 'org' : 'user';
  const found = await world.emulator.forward({
    ...requestOf(world, world.accounts.writerOf(account), 'GET /search/repositories'),
    query: new URLSearchParams({
      q: `${kind}:${account}`,
      per_page: request.query.get('per_page') ?? '30',
      page: request.query.get('page') ?? '1',
    }),
  });
  if (found.status !== 200) return found;
  const { total_count, items } = objectOf(found);
  return json(200, { total_count, repository_selection: 'all', repositories: items });
}

function listDeliveries(world: World, request: ApiRequest): ApiResponse {
  const { query } = request;
  const size = Math.min(100, Number(query.get('per_page') ?? 30) || 30);
  const before = query.has('cursor') ? Number(query.get('cursor')) : Number.POSITIVE_INFINITY;
  const status = query.get('status');
  const all = world.hooks.log.filter(
    (it) => it.id < before && (status === null || (status === 'success') === succeeded(it)),
  );
  const page = all.toReversed().slice(0, size);
  const last = page.at(-1);
  const more = last !== undefined && all.some(({ id }) => id < last.id);
  const next = `${world.url}/app/hook/deliveries?per_page=${size}&cursor=${last?.id}`;
  return json(
    200,
    page.map((delivery) => deliveryJson(world, delivery, false)),
    more ? { link: `<${next}>; rel="next"` } : {},
  );
}

function deliveryJson(world: World, delivery: Delivery, full: boolean): Json {
  const { id, guid, event, action, payload, redelivery, deliveredAt, statusCode, durationMs } = delivery;
  return {
    id,
    guid,
    delivered_at: deliveredAt,
    redelivery,
    duration: durationMs / 1000,
    status: succeeded(delivery)
      ? 'OK'
      : statusCode === 0
        ? 'failed to connect to host'
        : 'Invalid HTTP Response',
    status_code: statusCode,
    event,
    action,
    installation_id: (payload.installation as Json | undefined)?.id ?? null,
    repository_id: (payload.repository as Json | undefined)?.id ?? null,
    throttled_at: null,
    ...(full && {
      url: `${world.url}/app/hook/deliveries/${id}`,
      request: { headers: delivery.requestHeaders, payload },
      response: { headers: {}, payload: '' },
    }),
  };
}

function succeeded({ statusCode }: Delivery): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function converted(world: World): ApiResponse {
  const { app } = world;
  return json(201, {
    id: Number(app.id),
    slug: app.slug,
    name: app.name,
    client_id: `Iv1.${app.id}`,
    client_secret: randomBytes(20).toString('hex'),
    webhook_secret: app.webhookSecret,
    pem: app.privateKey,
    html_url: `${world.url}/apps/${app.slug}`,
  });
}
