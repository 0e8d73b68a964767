import type { ProxyRequest, Reply } from './http.ts';

/** A route that the emulator lacks, or answers only with stubs. */
export interface AddedRoute {
  /** Name to switch it off by. */
  name: string;
  /** GitHub's documentation that it follows. */
  docs: string;
  method: string;
  /** Named groups are passed to `answer`. */
  path: RegExp;
  /** `null` passes the request on to the emulator. */
  answer(parameters: Record<string, string>, request: ProxyRequest): Promise<Reply | null>;
}

/** What GitHub answers for a route that a server does not have. */
export const NOT_FOUND: Reply = { status: 404, body: { message: 'Not Found' } };

/** Beginning of the path of a repository's routes. */
export const REPO = '^/repos/(?<owner>[^/]+)/(?<repo>[^/]+)';
