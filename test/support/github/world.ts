import type { Accounts } from './accounts.ts';
import type { Emulator } from './emulator.ts';
import { mustSucceed } from './emulator.ts';
import type { Extras } from './extras.ts';
import type { Hooks } from './hooks.ts';
import type { LocalApp } from './local-app.ts';
import {
  type ApiRequest,
  type ApiResponse,
  encodePath,
  type Json,
  objectOf,
  type ScenarioHints,
} from './wire.ts';

/** What the routes and scenarios of the local GitHub share. */
export interface World {
  /** Address of the proxy, without `/api/v3`. */
  readonly url: string;
  readonly app: LocalApp;
  /** Slug to id and name of every App that check runs can belong to. */
  readonly apps: ReadonlyMap<string, { id: number; name: string }>;
  readonly accounts: Accounts;
  readonly extras: Extras;
  readonly emulator: Emulator;
  readonly hooks: Hooks;
  /** Answers a request as the proxy does, without counting it. */
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** Fork to the repository that it was made from. */
  readonly parents: Map<string, string>;
  /** Ids of installations that were removed. */
  readonly removedInstallations: Set<string>;
}

/** A request of the local GitHub's own, as a user. */
export function requestOf(
  world: World,
  login: string,
  route: string,
  body?: Json,
  scenario?: ScenarioHints,
): ApiRequest {
  const [method = 'GET', target = '/'] = route.split(' ');
  const { pathname, searchParams } = new URL(target, 'http://local');
  return {
    method,
    path: pathname,
    query: searchParams,
    headers: { authorization: world.accounts.authorizationOf(login), 'content-type': 'application/json' },
    body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
    internal: true,
    ...(scenario && { scenario }),
  };
}

/** Does something as the user who may write in `repository`, through the proxy. */
export async function act(
  world: World,
  repository: string,
  route: string,
  body?: Json,
  options: { as?: string; scenario?: ScenarioHints } = {},
): Promise<ApiResponse> {
  const login = options.as ?? world.accounts.writerOf(repository.split('/')[0] ?? '');
  const answer = await world.handle(requestOf(world, login, route, body, options.scenario));
  return mustSucceed(answer, route);
}

/** Reads from the emulator itself, as the user who may write in `repository`; null for 404. */
export async function look(world: World, repository: string, path: string): Promise<ApiResponse | null> {
  const login = world.accounts.writerOf(repository.split('/')[0] ?? '');
  const answer = await world.emulator.forward(requestOf(world, login, `GET ${path}`));
  return answer.status === 404 ? null : mustSucceed(answer, path);
}

/** The sha that a branch stands at, or null where there is no such branch. */
export async function headOf(world: World, repository: string, branch: string): Promise<string | null> {
  const path = `/repos/${repository}/git/ref/heads/${encodePath(branch)}`;
  const answer = await look(world, repository, path);
  const object = answer ? objectOf(answer).object : null;
  return object ? String((object as Json).sha) : null;
}
