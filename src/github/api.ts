import type { z } from 'zod';
import { PermanentError, TransientError } from '../errors.ts';
import { validationErrorOf } from '../messages/message-serializer.ts';
import type { Answer, InstallationConnection, Parameters, SendOptions } from './connection.ts';
import { isStatus } from './errors.ts';

/** Most pages that one listing reads: 100 entries a page. */
const MAX_PAGES = 30;
const PAGE_SIZE = 100;

/** Which repository, of which App, at which server. */
export interface ApiScope {
  owner: string;
  repo: string;
  appId: string;
  /** Base URL of the REST API, without a slash at its end. */
  apiUrl: string;
}

/** GitHub's REST and GraphQL API for one repository, through one installation: checked shapes, typed errors. */
export class RepositoryApi {
  readonly owner: string;
  readonly repo: string;
  readonly appId: string;
  readonly #graphqlBase: string;
  readonly #connect: () => InstallationConnection;

  constructor({ owner, repo, appId, apiUrl }: ApiScope, connect: () => InstallationConnection) {
    this.owner = owner;
    this.repo = repo;
    this.appId = appId;
    // An Enterprise Server has REST under /api/v3 and GraphQL under /api.
    this.#graphqlBase = apiUrl.replace(/\/api\/v3$/, '/api');
    this.#connect = connect;
  }

  /**
   * One request. `{owner}` and `{repo}` are filled in unless the parameters name others.
   * @param route e.g. `GET /repos/{owner}/{repo}/pulls/{pull_number}`
   */
  async request<Schema extends z.ZodType>(
    schema: Schema,
    route: string,
    parameters: Parameters = {},
  ): Promise<z.output<Schema>> {
    const { data } = await this.raw(route, parameters);
    return parseAnswer(schema, data, route);
  }

  /** Like `request`, with `null` for what is not there (404 and 410). */
  async find<Schema extends z.ZodType>(
    schema: Schema,
    route: string,
    parameters: Parameters = {},
  ): Promise<z.output<Schema> | null> {
    try {
      return await this.request(schema, route, parameters);
    } catch (error) {
      if (isStatus(error, 'not_found') || isStatus(error, 'gone')) return null;
      throw error;
    }
  }

  /** All entries of a listing. @param pick takes them out of a page */
  async list<Schema extends z.ZodType, Entry>(
    schema: Schema,
    pick: (page: z.output<Schema>) => Entry[],
    route: string,
    parameters: Parameters = {},
  ): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (let page = 1; page <= MAX_PAGES; page++) {
      const part = pick(await this.request(schema, route, { ...parameters, per_page: PAGE_SIZE, page }));
      entries.push(...part);
      if (part.length < PAGE_SIZE) break;
    }
    return entries;
  }

  /** The bare answer; errors are mapped. */
  async raw(route: string, parameters: Parameters = {}, options: SendOptions = {}): Promise<Answer> {
    return await this.#connect().send(route, { owner: this.owner, repo: this.repo, ...parameters }, options);
  }

  /** One GraphQL document; its `errors` are part of the answer, so that callers can tell refusals apart. */
  async graphql<Schema extends z.ZodType>(
    schema: Schema,
    query: string,
    variables: Record<string, unknown>,
  ): Promise<z.output<Schema>> {
    const route = 'POST /graphql';
    const { data } = await this.#connect().send(route, { baseUrl: this.#graphqlBase, query, variables });
    return parseAnswer(schema, data, route);
  }
}

/**
 * @throws TransientError `unavailable` for what is no JSON at all (a page of a proxy, an answer cut short),
 *   PermanentError `unexpected_response` for JSON of another shape
 */
export function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  route: string,
): z.output<Schema> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  if (typeof data !== 'object' || data instanceof ArrayBuffer) {
    throw new TransientError('unavailable', `${route}: the answer is no JSON`);
  }
  const cause = validationErrorOf(result.error);
  throw new PermanentError('unexpected_response', `${route}: ${cause.message}`, { cause });
}

/** A path for `{+name}`: each segment encoded, slashes kept. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
