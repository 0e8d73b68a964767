import type { ApiRequest, ApiResponse } from './wire.ts';

/** Answers one request; path parameters by name. */
export type Handler = (
  request: ApiRequest,
  parameters: Readonly<Record<string, string>>,
) => Promise<ApiResponse>;

/** A route that the proxy answers itself. */
export interface Route {
  /** `METHOD /path/:parameter`; a last `:name+` takes the rest of the path. */
  readonly route: string;
  /** Page of GitHub's documentation that it follows. */
  readonly docs: string;
  /** Name by which it is switched off; null for routes of the emulator that are only completed here. */
  readonly feature: Feature | null;
  readonly handler: Handler;
}

/** What the emulator lacks and the proxy adds. */
export type Feature =
  | 'graphql'
  | 'actions'
  | 'reactions'
  | 'commit-pulls'
  | 'installation-repositories'
  | 'deliveries'
  | 'manifest';

/** Finds the handler of a request. */
export class Router {
  readonly #routes: { method: string; pattern: RegExp; route: Route }[] = [];

  add(routes: readonly Route[]): void {
    for (const route of routes) {
      const [method = '', path = ''] = route.route.split(' ');
      const source = path.replace(/:(\w+)(\+?)/g, (_, name, rest) =>
        rest ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
      );
      this.#routes.push({ method, pattern: new RegExp(`^${source}$`), route });
    }
  }

  find({ method, path }: ApiRequest): { route: Route; parameters: Record<string, string> } | null {
    for (const candidate of this.#routes) {
      if (candidate.method !== method) continue;
      const match = candidate.pattern.exec(path);
      if (!match) continue;
      const parameters = Object.fromEntries(
        Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
      );
      return { route: candidate.route, parameters };
    }
    return null;
  }
}
