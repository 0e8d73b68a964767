import { z } from 'zod';
import type { RepositoryApi } from './api.ts';
import type { Permission } from './proposals.ts';

const answer = z.object({ permission: z.string(), role_name: z.string().nullish() });

/** Words for permissions, of the API and of its older names (`push`, `pull`). */
const PERMISSIONS: Readonly<Record<string, Permission>> = {
  admin: 'admin',
  maintain: 'maintain',
  write: 'write',
  push: 'write',
  triage: 'triage',
  read: 'read',
  pull: 'read',
};

/**
 * What a user may do in the repository. A role of an organisation's own making counts as the `permission` that
 * GitHub says it comes down to.
 * Source: REST API, "Collaborators / Get repository permissions for a user".
 */
export async function getPermission(api: RepositoryApi, login: string): Promise<Permission> {
  const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
  const found = await api.find(answer, route, { username: login });
  if (!found) return 'none';
  return PERMISSIONS[found.role_name ?? ''] ?? PERMISSIONS[found.permission] ?? 'none';
}

/** Whether that permission is enough to push. */
export function mayWrite(permission: Permission): boolean {
  return permission === 'admin' || permission === 'maintain' || permission === 'write';
}
