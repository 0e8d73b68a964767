import { permits } from '../accounts.ts';
import type { Handler, Route } from '../router.ts';
import { json, objectOf, pageOf, refusal } from '../wire.ts';
import type { World } from '../world.ts';

const CONTENTS = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'];

/** Reactions to issues, pull requests and comments. The emulator says whether the subject is there. */
export function reactionRoutes(world: World): Route[] {
  const route = (name: string, handler: Handler): Route => ({
    route: name,
    docs: 'https://docs.github.com/rest/reactions/reactions',
    feature: 'reactions',
    handler,
  });
  const add: Handler = async (request) => {
    const identity = world.accounts.identify(request);
    // Also those to comments on pull requests. Source: https://docs.github.com/rest/authentication/permissions-required-for-github-apps
    if (!permits(identity, 'issues', 'write')) return refusal(403, 'Resource not accessible by integration');
    const subject = request.path.replace(/\/reactions$/, '');
    const found = await world.emulator.forward({
      ...request,
      method: 'GET',
      path: subject,
      body: Buffer.alloc(0),
    });
    if (found.status !== 200) return found;
    const { content } = objectOf(request);
    if (!CONTENTS.includes(String(content))) return refusal(422, 'Validation Failed');
    const login = identity && identity.kind !== 'app' ? identity.login : 'ghost';
    const known = world.extras.reactions.get(subject) ?? [];
    const same = known.find((it) => it.content === content && it.login === login);
    if (same) return json(200, same);
    const reaction = {
      id: known.length + 1,
      content,
      login,
      user: { login },
      created_at: new Date().toISOString(),
    };
    world.extras.reactions.set(subject, [...known, reaction]);
    return json(201, reaction);
  };
  const list: Handler = async (request) =>
    json(
      200,
      pageOf(world.extras.reactions.get(request.path.replace(/\/reactions$/, '')) ?? [], request.query),
    );
  const subjects = ['issues/comments/:id', 'issues/:number', 'pulls/comments/:id'];
  return subjects.flatMap((subject) => [
    route(`POST /repos/:owner/:repo/${subject}/reactions`, add),
    route(`GET /repos/:owner/:repo/${subject}/reactions`, list),
  ]);
}
