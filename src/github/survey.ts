import { z } from 'zod';
import { parseAnswer, type RepositoryApi } from './api.ts';
import { infoOf as checkRunOf } from './checks.ts';
import type { Answer, Parameters } from './connection.ts';
import type { LruMap } from './lru-map.ts';
import { infoOf as pullRequestOf } from './pulls.ts';
import { checkRunList, pullRequest } from './schemas.ts';
import type { CheckRunInfo, PullRequestInfo } from './types.ts';

/** A listing, and what it took: `requests` that were sent, of which `charged` count against the rate limit. */
export interface SurveyListing<Entry> {
  readonly entries: readonly Entry[];
  readonly requests: number;
  readonly charged: number;
}

/**
 * Reads the same listings again and again: what has not changed is answered "not modified" and costs nothing of
 * the rate limit. Source: GitHub's "Best practices for using the REST API", "Use conditional requests".
 */
export interface RepositorySurvey {
  openPullRequests(): Promise<SurveyListing<PullRequestInfo>>;
  /** The newest run of each check on a commit. */
  checkRuns(sha: string): Promise<SurveyListing<CheckRunInfo>>;
}

/** Pages by what was asked. Kept as they were read: a hundred pull requests are two megabytes as GitHub sends them. */
export type SurveyPages = LruMap<string, { readonly etag: string; readonly entries: readonly unknown[] }>;

const PAGE_SIZE = 100;
const MAX_PAGES = 30;

/** {@link RepositorySurvey} over GitHub's API. */
export class OctokitRepositorySurvey implements RepositorySurvey {
  readonly #api: RepositoryApi;
  readonly #pages: SurveyPages;

  constructor(api: RepositoryApi, pages: SurveyPages) {
    this.#api = api;
    this.#pages = pages;
  }

  openPullRequests = () =>
    this.#list('GET /repos/{owner}/{repo}/pulls', { state: 'open' }, (data, route) =>
      parseAnswer(z.array(pullRequest), data, route).map(pullRequestOf),
    );

  checkRuns = (sha: string) =>
    this.#list('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', { ref: sha }, (data, route) =>
      parseAnswer(checkRunList, data, route).check_runs.map((run) => checkRunOf(this.#api, run)),
    );

  #list<Entry>(
    route: string,
    parameters: Parameters,
    read: (data: unknown, route: string) => Entry[],
  ): Promise<SurveyListing<Entry>> {
    const key = `${this.#api.owner}/${this.#api.repo} ${route} ${JSON.stringify(parameters)}`;
    return surveyPages(this.#pages, key, async (paging, etag) => {
      const answer = await this.#api.raw(route, { ...parameters, ...paging }, etag === null ? {} : { etag });
      return { ...answer, entries: answer.data === null ? null : read(answer.data, route) };
    });
  }
}

/** One page: what it answered, and its entries, null where they are as they were. */
export type ReadPage<Entry> = (
  paging: { per_page: number; page: number },
  etag: string | null,
) => Promise<Answer & { entries: Entry[] | null }>;

/** Reads all pages of a listing, those that are known with their ETags. @param key what is listed, and of what */
export async function surveyPages<Entry>(
  pages: SurveyPages,
  key: string,
  read: ReadPage<Entry>,
): Promise<SurveyListing<Entry>> {
  const entries: Entry[] = [];
  let requests = 0;
  let charged = 0;
  for (let page = 1; page <= MAX_PAGES; page++) {
    const known = pages.get(`${key} ${page}`);
    const answer = await read({ per_page: PAGE_SIZE, page }, known?.etag ?? null);
    requests += 1;
    if (answer.status !== 304) charged += 1;
    // The key says what the entries are.
    const part = answer.entries ?? ((known?.entries ?? []) as Entry[]);
    const etag = answer.headers.get('etag');
    if (etag !== null) pages.set(`${key} ${page}`, { etag, entries: part });
    entries.push(...part);
    if (part.length < PAGE_SIZE) break;
  }
  return { entries, requests, charged };
}
