import { announce } from '../announce.ts';
import { openPulls } from '../complete.ts';
import type { Handler, Route } from '../router.ts';
import { mirror } from '../scenario/git.ts';
import { type ApiRequest, type ApiResponse, at, textOf } from '../wire.ts';
import { act, headOf, type World } from '../world.ts';
import { pushable } from './push-rights.ts';

const DOCS = 'https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request';

/** Requests that move a branch: the pull requests from it follow, with the events that GitHub sends then. */
export function gitRoutes(world: World): Route[] {
  const route = (name: string, handler: Handler): Route => ({
    route: name,
    docs: DOCS,
    feature: null,
    handler,
  });
  const repo = '/repos/:owner/:repo';
  const rights = (request: ApiRequest, repository: string) => pushable(world, request, repository);
  const branchOf = (request: ApiRequest) => {
    const body = request.body.length > 0 ? (JSON.parse(String(request.body)) as { branch?: string }) : {};
    return body.branch ?? 'main';
  };
  return [
    route(`PATCH ${repo}/git/refs/heads/:branch+`, (request, { owner, repo: name, branch = '' }) =>
      moving(world, request, `${owner}/${name}`, branch),
    ),
    route(`DELETE ${repo}/git/refs/heads/:branch+`, (request, { owner, repo: name, branch = '' }) =>
      deleting(world, request, `${owner}/${name}`, branch),
    ),
    ...['PUT', 'DELETE'].map((method) =>
      route(`${method} ${repo}/contents/:path+`, (request, { owner, repo: name }) =>
        moving(world, request, `${owner}/${name}`, branchOf(request)),
      ),
    ),
    ...['blobs', 'trees', 'commits'].map((kind) =>
      route(`POST ${repo}/git/${kind}`, async (request, { owner, repo: name }) =>
        world.emulator.forward(await rights(request, `${owner}/${name}`)),
      ),
    ),
  ];
}

async function moving(
  world: World,
  request: ApiRequest,
  repository: string,
  branch: string,
): Promise<ApiResponse> {
  const before = await headOf(world, repository, branch);
  const answer = await world.emulator.forward(await pushable(world, request, repository));
  if (answer.status >= 300) return answer;
  const after = await headOf(world, repository, branch);
  if (before === null || after === null || before === after) return answer;
  const identity = world.accounts.identify(request);
  const sender = identity && identity.kind !== 'app' ? identity.login : 'ghost';
  const pushedAt = new Date().toISOString();
  for (const { base, number, pull } of await pullsFrom(world, repository, branch)) {
    const extras = world.extras.pulls.get(`${base}#${number}`) ?? {};
    world.extras.pulls.set(`${base}#${number}`, { ...extras, pushedAt });
    if (base !== repository) await mirror(world, repository, after, base);
    const payload = {
      action: 'synchronize',
      number,
      before,
      after,
      pull_request: { ...pull, updated_at: pushedAt },
    };
    world.hooks.track(announce(world, base, 'pull_request', payload, sender));
  }
  return answer;
}

/** A pull request whose branch is deleted is closed. */
async function deleting(
  world: World,
  request: ApiRequest,
  repository: string,
  branch: string,
): Promise<ApiResponse> {
  const pulls = await pullsFrom(world, repository, branch);
  const answer = await world.emulator.forward(request);
  if (answer.status >= 300) return answer;
  for (const { base, number, pull } of pulls) {
    const extras = world.extras.pulls.get(`${base}#${number}`) ?? {};
    world.extras.pulls.set(`${base}#${number}`, { ...extras, closedHead: textOf(at(pull, 'head'), 'sha') });
    await act(world, base, `PATCH /repos/${base}/pulls/${number}`, { state: 'closed' });
  }
  return answer;
}

/** Open pull requests whose head is that branch, in the repository itself and in those it was forked from. */
async function pullsFrom(world: World, repository: string, branch: string) {
  const bases = new Set([repository, world.parents.get(repository) ?? repository]);
  const found = [];
  for (const base of bases) {
    for (const pull of await openPulls(world, base)) {
      const head = at(pull, 'head');
      if (head.ref !== branch || at(head, 'repo').full_name !== repository) continue;
      found.push({ base, number: Number(pull.number), pull });
    }
  }
  return found;
}
