import { matchesRoute } from './faults.ts';
import type { ApiRequest } from './wire.ts';

/** One request that came in from outside. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  /** Path with placeholders, e.g. `GET /repos/{owner}/{repo}/pulls/{id}`. */
  readonly route: string;
  /** Status of the answer; 0 where the connection was broken. */
  readonly status: number;
  /** Milliseconds since the epoch at its arrival. */
  readonly at: number;
}

/** All requests since the start (or the last `clear`), for tests of budgets. */
export class RequestLog {
  readonly entries: LoggedRequest[] = [];

  add(request: ApiRequest, status: number, at: number): void {
    const { method, path } = request;
    this.entries.push({ method, path, route: `${method} ${templateOf(path)}`, status, at });
  }

  /** How many there were; `route` as in {@link Fault}. */
  count(route?: string): number {
    return route === undefined
      ? this.entries.length
      : this.entries.filter((entry) => matchesRoute(route, entry)).length;
  }

  /** Number of requests by route with placeholders. */
  byRoute(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { route } of this.entries) counts[route] = (counts[route] ?? 0) + 1;
    return counts;
  }

  clear(): void {
    this.entries.length = 0;
  }
}

/** Puts placeholders for what names one thing. */
function templateOf(path: string): string {
  return path
    .replace(/^\/repos\/[^/]+\/[^/]+/, '/repos/{owner}/{repo}')
    .replace(/\/contents\/.+$/, '/contents/{path}')
    .replace(/\/git\/(refs?)\/.+$/, '/git/$1/{ref}')
    .replace(/\/[0-9a-f]{40}(?=\/|$)/g, '/{sha}')
    .replace(/\/\d+(?=\/|$)/g, '/{id}');
}
