import { completePull } from '../complete.ts';
import type { Handler, Route } from '../router.ts';
import {
  type ApiRequest,
  type ApiResponse,
  arrayOf,
  at,
  type Json,
  json,
  objectOf,
  objectsOf,
  pageOf,
  refusal,
  textOf,
  withBody,
} from '../wire.ts';
import { look, type World } from '../world.ts';

const DOCS = 'https://docs.github.com/rest/pulls/reviews';

/**
 * Reviews: the emulator keeps them; added are comments by line, which must lie inside one hunk of the diff, pending
 * reviews that only their author sees and may delete, and the real files of a pull request.
 */
export function reviewRoutes(world: World): Route[] {
  const route = (name: string, handler: Handler, docs = DOCS): Route => ({
    route: name,
    docs,
    feature: null,
    handler,
  });
  const pull = '/repos/:owner/:repo/pulls/:number';
  return [
    route(
      `GET ${pull}/files`,
      async (request, { owner, repo, number }) => {
        const answer = await world.emulator.forward(request);
        if (answer.status !== 200) return answer;
        const files = await filesOf(world, `${owner}/${repo}`, Number(number));
        return withBody(answer, pageOf(files, request.query));
      },
      'https://docs.github.com/rest/pulls/pulls#list-pull-requests-files',
    ),
    route(`POST ${pull}/reviews`, (request, { owner, repo, number }) =>
      reviewing(world, request, `${owner}/${repo}`, Number(number)),
    ),
    route(`GET ${pull}/reviews`, async (request) => {
      const answer = await world.emulator.forward(request);
      if (answer.status !== 200) return answer;
      const who = loginOf(world, request);
      const seen = arrayOf(answer)
        .filter(({ id }) => !world.extras.reviews.get(Number(id))?.deleted)
        .filter(({ state, user }) => state !== 'PENDING' || textOf(at({ user }, 'user'), 'login') === who);
      return withBody(answer, seen);
    }),
    route(`DELETE ${pull}/reviews/:id`, async (request, { owner, repo, number, id }) => {
      const path = `/repos/${owner}/${repo}/pulls/${number}/reviews/${id}`;
      const known = world.extras.reviews.get(Number(id));
      const found = await look(world, `${owner}/${repo}`, path);
      if (!known || known.deleted || !found) return refusal(404, 'Not Found');
      const { state, user } = objectOf(found);
      if (textOf(at({ user }, 'user'), 'login') !== loginOf(world, request)) return refusal(403, 'Forbidden');
      if (state !== 'PENDING') return refusal(422, 'Can not delete a non-pending pull request review');
      known.deleted = true;
      return json(200, objectOf(found));
    }),
    route(`GET ${pull}/reviews/:id/comments`, async (request, { id }) =>
      json(200, pageOf(world.extras.reviews.get(Number(id))?.comments ?? [], request.query)),
    ),
  ];
}

/** What a pull request changes since it left its base. */
export async function filesOf(world: World, repository: string, number: number): Promise<Json[]> {
  const answer = await look(world, repository, `/repos/${repository}/pulls/${number}`);
  if (!answer) return [];
  const pull = await completePull(world, objectOf(answer));
  const range = `${textOf(at(pull, 'base'), 'ref')}...${textOf(at(pull, 'head'), 'sha')}`;
  const compared = await look(world, repository, `/repos/${repository}/compare/${encodeURIComponent(range)}`);
  return compared ? objectsOf(objectOf(compared).files) : [];
}

async function reviewing(
  world: World,
  request: ApiRequest,
  repository: string,
  number: number,
): Promise<ApiResponse> {
  const body = objectOf(request);
  const comments = objectsOf(body.comments);
  const files = await filesOf(world, repository, number);
  // All or nothing, and without a word on which.
  if (comments.some((comment) => !isInDiff(files, comment))) {
    return refusal(422, 'Unprocessable Entity: line must be part of the diff');
  }
  const who = loginOf(world, request);
  if (body.event === undefined && (await hasPending(world, repository, number, who))) {
    return refusal(422, 'User can only have one pending review per pull request');
  }
  const placed = comments.map((comment, index) => ({ position: index + 1, ...comment }));
  const answer = await world.emulator.forward({
    ...request,
    body: Buffer.from(JSON.stringify({ ...body, comments: placed })),
  });
  if (answer.status >= 300) return answer;
  world.extras.reviews.set(Number(objectOf(answer).id), {
    pull: `${repository}#${number}`,
    comments,
    deleted: false,
  });
  return { ...answer, status: 200 };
}

async function hasPending(world: World, repository: string, number: number, who: string): Promise<boolean> {
  const answer = await look(world, repository, `/repos/${repository}/pulls/${number}/reviews?per_page=100`);
  return (answer ? arrayOf(answer) : []).some(
    ({ id, state, user }) =>
      state === 'PENDING' &&
      textOf(at({ user }, 'user'), 'login') === who &&
      !world.extras.reviews.get(Number(id))?.deleted,
  );
}

/** Source: the same page; `start_line` and `line` must lie in one hunk, on the side that is named. */
function isInDiff(files: readonly Json[], comment: Json): boolean {
  const file = files.find(({ filename }) => filename === comment.path);
  const to = Number(comment.line);
  const from = Number(comment.start_line ?? to);
  if (!file || comment.side !== 'RIGHT' || (comment.start_line !== undefined && from >= to)) return false;
  return [...textOf(file, 'patch').matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)].some(([, start, count]) => {
    const first = Number(start);
    return from >= first && to < first + Number(count ?? 1);
  });
}

function loginOf(world: World, request: ApiRequest): string {
  const identity = world.accounts.identify(request);
  return identity && identity.kind !== 'app' ? identity.login : 'ghost';
}
