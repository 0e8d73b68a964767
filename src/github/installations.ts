import type { Octokit } from '@octokit/core';
import { z } from 'zod';
import { parseAnswer, RepositoryApi } from './api.ts';
import type { InstallationConnection } from './connection.ts';
import { errorOfRequest, isStatus } from './errors.ts';
import { LruMap } from './lru-map.ts';
import {
  OctokitRepositorySurvey,
  type RepositorySurvey,
  type SurveyListing,
  type SurveyPages,
  surveyPages,
} from './survey.ts';

/** An installation of the App. */
export interface InstallationInfo {
  id: string;
  /** Login of the account that it is installed on. */
  account: string;
  suspended: boolean;
}

/** A repository that an installation may see. */
export interface InstalledRepository {
  id: string;
  owner: string;
  name: string;
  private: boolean;
}

/** The hourly limit of an installation. Source: REST API, "Rate limit". */
export interface RateLimit {
  limit: number;
  remaining: number;
  /** Milliseconds since the epoch. */
  resetAt: number;
}

/** Where the App is installed, and what it may still ask for there. Errors as of `RepositoryClient`. */
export interface Installations {
  list(): Promise<InstallationInfo[]>;
  /** With what it took: an unchanged page costs nothing of the limit. */
  repositories(installationId: string): Promise<SurveyListing<InstalledRepository>>;
  /** Costs nothing of the limit. Null where there is none: an Enterprise Server has it switched off by default. */
  rateLimit(installationId: string): Promise<RateLimit | null>;
  survey(installationId: string, owner: string, repo: string): RepositorySurvey;
}

const PAGE_SIZE = 100;
const MAX_PAGES = 100;

/** Pages of surveys that are remembered, over all installations. */
const SURVEY_PAGES = 5000;

const id = z.union([z.int(), z.string()]).transform(String);

const installation = z.object({
  id,
  account: z
    .object({ login: z.string().optional(), slug: z.string().optional() })
    .nullish()
    .transform((value) => value?.login ?? value?.slug ?? ''),
  suspended_at: z.string().nullish(),
});

const repositories = z.object({
  repositories: z.array(
    z.object({ id, name: z.string(), owner: z.object({ login: z.string() }), private: z.boolean() }),
  ),
});

const rateLimit = z.object({
  resources: z.object({
    core: z.object({ limit: z.int(), remaining: z.int(), reset: z.int() }),
  }),
});

/** {@link Installations} over the App's own client and those of its installations. */
export class AppInstallations implements Installations {
  readonly #octokit: Octokit;
  readonly #connect: (installationId: string) => InstallationConnection;
  readonly #app: { appId: string; apiUrl: string };
  readonly #pages: SurveyPages = new LruMap(SURVEY_PAGES);

  constructor(
    octokit: Octokit,
    connect: (installationId: string) => InstallationConnection,
    app: { appId: string; apiUrl: string },
  ) {
    this.#octokit = octokit;
    this.#connect = connect;
    this.#app = app;
  }

  async list(): Promise<InstallationInfo[]> {
    const route = 'GET /app/installations';
    const found: z.output<typeof installation>[] = [];
    for (let page = 1; page <= MAX_PAGES; page++) {
      const answer = await this.#octokit
        .request(route, { per_page: PAGE_SIZE, page })
        .catch((thrown: unknown) => {
          throw errorOfRequest(thrown);
        });
      const part = parseAnswer(z.array(installation), answer.data, route);
      found.push(...part);
      if (part.length < PAGE_SIZE) break;
    }
    return found.map(({ suspended_at, ...rest }) => ({ ...rest, suspended: suspended_at != null }));
  }

  repositories(installationId: string): Promise<SurveyListing<InstalledRepository>> {
    const route = 'GET /installation/repositories';
    return surveyPages(this.#pages, `${installationId} ${route}`, async (paging, etag) => {
      const answer = await this.#connect(installationId).send(route, paging, etag === null ? {} : { etag });
      return { ...answer, entries: answer.data === null ? null : readRepositories(answer.data, route) };
    });
  }

  async rateLimit(installationId: string): Promise<RateLimit | null> {
    const route = 'GET /rate_limit';
    try {
      const { data } = await this.#connect(installationId).send(route, {});
      const { limit, remaining, reset } = parseAnswer(rateLimit, data, route).resources.core;
      return { limit, remaining, resetAt: reset * 1000 };
    } catch (error) {
      if (isStatus(error, 'not_found')) return null;
      throw error;
    }
  }

  survey(installationId: string, owner: string, repo: string): RepositorySurvey {
    const api = new RepositoryApi({ owner, repo, ...this.#app }, () => this.#connect(installationId));
    return new OctokitRepositorySurvey(api, this.#pages);
  }
}

function readRepositories(data: unknown, route: string): InstalledRepository[] {
  const found = parseAnswer(repositories, data, route).repositories;
  return found.map(({ owner, ...rest }) => ({ ...rest, owner: owner.login }));
}
