import { openPulls } from '../complete.ts';
import { type ApiRequest, at, objectOf } from '../wire.ts';
import { requestOf, type World } from '../world.ts';

/**
 * An App may push to a fork that a user owns while a pull request from it lets maintainers edit; the emulator
 * knows no such right. Then the request goes on as the fork's owner, signed with the App's name.
 * Source: https://docs.github.com/pull-requests/collaborating-with-pull-requests/working-with-forks/allowing-changes-to-a-pull-request-branch-created-from-a-fork
 */
export async function pushable(world: World, request: ApiRequest, repository: string): Promise<ApiRequest> {
  const identity = world.accounts.identify(request);
  const parent = world.parents.get(repository);
  const owner = repository.split('/')[0] ?? '';
  if (identity?.kind !== 'installation' || parent === undefined) return request;
  if (identity.permissions.contents !== 'write' || world.accounts.isOrganization(owner)) return request;
  const open = (await openPulls(world, parent)).some(
    (pull) => at(pull, 'head', 'repo').full_name === repository && pull.maintainer_can_modify === true,
  );
  if (!open) return request;
  const asOwner = requestOf(world, owner, `${request.method} ${request.path}`);
  const author = {
    name: identity.login,
    email: `${world.app.id}+${identity.login}@users.noreply.github.com`,
  };
  const body = objectOf(request);
  if (request.path.endsWith('/git/commits')) Object.assign(body, { author, committer: author });
  return { ...request, headers: asOwner.headers, body: Buffer.from(JSON.stringify(body)) };
}
