import type { Identity } from './accounts.ts';
import { type ApiRequest, type ApiResponse, refusal } from './wire.ts';

/** Part of the path to the permission that its routes need. */
const PERMISSIONS: readonly [RegExp, string][] = [
  [/\/check-(runs|suites)/, 'checks'],
  [/\/actions\//, 'actions'],
  [/\/(git|contents|branches|merges|commits)(\/|$)/, 'contents'],
  [/\/pulls(\/|$)/, 'pull_requests'],
  [/\/issues(\/|$)/, 'issues'],
];

/**
 * What an App is told when it lacks a permission; the emulator only says 403.
 * Source: https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#resource-not-accessible
 */
export function nameMissingPermission(
  request: ApiRequest,
  identity: Identity | null,
  response: ApiResponse,
): ApiResponse {
  if (response.status !== 403 || identity?.kind !== 'installation' || response.headers['retry-after']) {
    return response;
  }
  const permission = PERMISSIONS.find(([path]) => path.test(request.path))?.[1];
  const level = request.method === 'GET' ? 'read' : 'write';
  if (permission === undefined || hasAlready(identity.permissions[permission], level)) return response;
  return refusal(403, 'Resource not accessible by integration', {
    ...response.headers,
    'x-accepted-github-permissions': `${permission}=${level}`,
  });
}

function hasAlready(granted: unknown, level: 'read' | 'write'): boolean {
  return granted === 'write' || granted === level;
}
