import type { Octokit } from '@octokit/core';
import type { z } from 'zod';
import { CheckmendError } from '../errors.ts';
import { validationErrorOf } from '../messages/message-serializer.ts';
import { errorOfRequest, isStatus } from './errors.ts';

/** Parameters of a route: path parameters, query or body. */
export type Parameters = Record<string, unknown>;

/** Most pages that one listing reads: 100 entries a page. */
const MAX_PAGES = 30;

/** Milliseconds before a request that is not answered counts as failed. */
const REQUEST_TIMEOUT_MS = 20_000;

/** GitHub's REST and GraphQL API for one repository, through one installation: checked shapes, typed errors. */
export class RepositoryApi {
  readonly owner: string;
  readonly repo: string;
  readonly #octokit: () => Promise<Octokit>;

  constructor(owner: string, repo: string, octokit: () => Promise<Octokit>) {
    this.owner = owner;
    this.repo = repo;
    this.#octokit = octokit;
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
    const result = schema.safeParse(data);
    if (result.success) return result.data;
    throw unexpected(route, validationErrorOf(result.error));
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
      const part = pick(await this.request(schema, route, { ...parameters, per_page: 100, page }));
      entries.push(...part);
      if (part.length < 100) break;
    }
    return entries;
  }

  /** The bare response; errors are mapped. */
  async raw(
    route: string,
    parameters: Parameters = {},
  ): Promise<{ status: number; data: unknown; headers: Headers }> {
    try {
      const octokit = await this.#octokit();
      const { status, data, headers } = await octokit.request(route, {
        owner: this.owner,
        repo: this.repo,
        ...parameters,
        request: { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS), ...requestOptionsOf(parameters) },
      });
      return { status, data, headers: new Headers(stringValues(headers)) };
    } catch (thrown) {
      throw errorOfRequest(thrown);
    }
  }

  /** One GraphQL document; its `errors` are part of the answer, so that callers can tell refusals apart. */
  async graphql<Schema extends z.ZodType>(
    schema: Schema,
    query: string,
    variables: Record<string, unknown>,
  ): Promise<z.output<Schema>> {
    return await this.request(schema, 'POST /graphql', {
      query,
      variables,
      owner: undefined,
      repo: undefined,
    });
  }
}

function requestOptionsOf({ request }: Parameters): object {
  return typeof request === 'object' && request !== null ? request : {};
}

function stringValues(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

function unexpected(route: string, cause: Error): CheckmendError {
  return new CheckmendError('unexpected_response', `${route}: ${cause.message}`, { cause });
}
