import { announce } from '../announce.ts';
import { completePull, openPulls } from '../complete.ts';
import type { Handler, Route } from '../router.ts';
import {
  type ApiRequest,
  type ApiResponse,
  arrayOf,
  at,
  type Json,
  json,
  objectOf,
  pageOf,
  textOf,
  withBody,
} from '../wire.ts';
import { look, type World } from '../world.ts';

/** Pull requests: the emulator keeps them; added are the head that follows its branch, and label events. */
export function pullRoutes(world: World): Route[] {
  const route = (name: string, handler: Handler): Route => ({
    route: name,
    docs: 'https://docs.github.com/rest/pulls/pulls',
    feature: null,
    handler,
  });
  const repo = '/repos/:owner/:repo';
  return [
    route(`GET ${repo}/pulls`, async (request) => {
      const answer = await world.emulator.forward(request);
      if (answer.status !== 200) return answer;
      // A listing leaves out what only a single pull request has.
      const shown = arrayOf(answer).map(async (pull) => {
        const { maintainer_can_modify: _, merged: __, ...listed } = await completePull(world, pull);
        return listed;
      });
      return withBody(answer, await Promise.all(shown));
    }),
    route(`POST ${repo}/pulls`, (request, { owner, repo: name }) =>
      opening(world, request, `${owner}/${name}`),
    ),
    route(`GET ${repo}/pulls/:number`, (request) => completing(world, request)),
    route(`PATCH ${repo}/pulls/:number`, (request, { owner, repo: name, number }) =>
      closing(world, request, `${owner}/${name}`, Number(number)),
    ),
    route(`PUT ${repo}/pulls/:number/merge`, async (request, { owner, repo: name, number }) => {
      await freezeHead(world, `${owner}/${name}`, Number(number));
      return await world.emulator.forward(request);
    }),
    ...['POST', 'PUT', 'DELETE'].map((method) =>
      route(
        `${method} ${repo}/issues/:number/labels${method === 'DELETE' ? '/:label' : ''}`,
        (request, { owner, repo: name, number }) =>
          labelling(world, request, `${owner}/${name}`, Number(number)),
      ),
    ),
    {
      ...route(`GET ${repo}/commits/:sha/pulls`, (request, { owner, repo: name, sha = '' }) =>
        pullsOfCommit(world, request, `${owner}/${name}`, sha),
      ),
      docs: 'https://docs.github.com/rest/commits/commits#list-pull-requests-associated-with-a-commit',
      feature: 'commit-pulls',
    },
  ];
}

async function opening(world: World, request: ApiRequest, repository: string): Promise<ApiResponse> {
  const answer = await world.emulator.forward(request);
  if (answer.status >= 300) return answer;
  const pull = objectOf(answer);
  allowEdits(world, repository, pull, objectOf(request));
  return withBody(answer, await completePull(world, pull));
}

/** Only a fork's owner can allow it: within one repository there is nothing to allow. */
function allowEdits(world: World, repository: string, pull: Json, body: Json): void {
  const { maintainer_can_modify: wanted } = body;
  if (typeof wanted !== 'boolean') return;
  const key = `${repository}#${pull.number}`;
  const inFork = at(pull, 'head', 'repo').full_name !== repository;
  world.extras.pulls.set(key, { ...world.extras.pulls.get(key), maintainerCanModify: inFork && wanted });
}

async function completing(world: World, request: ApiRequest): Promise<ApiResponse> {
  const answer = await world.emulator.forward(request);
  if (answer.status >= 300) return answer;
  return withBody(answer, await completePull(world, objectOf(answer)));
}

async function closing(
  world: World,
  request: ApiRequest,
  repository: string,
  number: number,
): Promise<ApiResponse> {
  const { state } = objectOf(request);
  if (state === 'closed') await freezeHead(world, repository, number);
  const key = `${repository}#${number}`;
  const extras = world.extras.pulls.get(key);
  if (state === 'open' && extras) delete extras.closedHead;
  const answer = await world.emulator.forward(request);
  if (answer.status >= 300) return answer;
  allowEdits(world, repository, objectOf(answer), objectOf(request));
  return withBody(answer, await completePull(world, objectOf(answer)));
}

/** What is pushed after the end no longer belongs to the pull request. */
async function freezeHead(world: World, repository: string, number: number): Promise<void> {
  const key = `${repository}#${number}`;
  const answer = await look(world, repository, `/repos/${repository}/pulls/${number}`);
  if (!answer || objectOf(answer).state !== 'open') return;
  const head = at(await completePull(world, objectOf(answer)), 'head');
  world.extras.pulls.set(key, { ...world.extras.pulls.get(key), closedHead: textOf(head, 'sha') });
}

/** The emulator tells of a label on a pull request as of one on an issue; GitHub sends `pull_request`. */
async function labelling(
  world: World,
  request: ApiRequest,
  repository: string,
  number: number,
): Promise<ApiResponse> {
  const path = `/repos/${repository}/pulls/${number}`;
  const before = await look(world, repository, path);
  const answer = await world.emulator.forward(request);
  const after = before && (await look(world, repository, path));
  if (answer.status >= 300 || !after) return answer;
  const pull = await completePull(world, objectOf(after));
  const names = (response: ApiResponse) =>
    new Set((objectOf(response).labels as { name: string }[]).map(({ name }) => name));
  const [had, has] = [names(before), names(after)];
  const identity = world.accounts.identify(request);
  const sender = identity && identity.kind !== 'app' ? identity.login : 'ghost';
  const tell = (action: string, name: string) =>
    world.hooks.track(
      announce(
        world,
        repository,
        'pull_request',
        { action, number, pull_request: pull, label: { name } },
        sender,
      ),
    );
  for (const name of has) if (!had.has(name)) tell('labeled', name);
  for (const name of had) if (!has.has(name)) tell('unlabeled', name);
  return answer;
}

/** A commit that only a fork has is not known here: then the answer is empty, as GitHub's has been seen to be. */
async function pullsOfCommit(
  world: World,
  request: ApiRequest,
  repository: string,
  sha: string,
): Promise<ApiResponse> {
  const commit = await world.emulator.forward({
    ...request,
    path: `/repos/${repository}/commits/${sha}`,
    query: new URLSearchParams(),
  });
  if (commit.status >= 400) return commit;
  const pulls = (await openPulls(world, repository)).filter(
    (pull) => at(pull, 'head', 'repo').full_name === repository && at(pull, 'head').sha === sha,
  );
  return json(200, pageOf(pulls, request.query));
}
