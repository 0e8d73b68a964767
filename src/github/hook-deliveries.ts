import type { Octokit } from '@octokit/core';
import { z } from 'zod';
import type { JsonObject } from '../messages/json.ts';
import { parseAnswer } from './api.ts';
import { errorOfRequest, isStatus } from './errors.ts';

/** One attempt of GitHub to deliver a webhook. */
export interface HookAttempt {
  /** GitHub's id of the attempt; grows with time. */
  id: string;
  /** `X-GitHub-Delivery`; a redelivery keeps it. */
  guid: string;
  /** Milliseconds since the epoch. */
  deliveredAt: number;
  /** Answered 2xx. */
  ok: boolean;
  event: string;
  action: string | null;
}

/** A page of attempts, newest first. */
export interface HookAttemptPage {
  attempts: HookAttempt[];
  /** For the next, older page; null on the last. */
  cursor: string | null;
  /** Requests that the App itself has left in this hour; null where the server does not say. */
  remaining: number | null;
}

/** What a delivery held. The payload is GitHub's, its bytes are not. */
export interface HookContent {
  headers: Record<string, string>;
  payload: JsonObject;
}

/**
 * The App's webhook deliveries of the last three days (seven on an Enterprise Server), as GitHub keeps them.
 * Source: REST API, "Apps / Webhooks". Errors as of `RepositoryClient`.
 */
export interface HookDeliveries {
  list(cursor?: string): Promise<HookAttemptPage>;
  /** Null when it is not kept any more. */
  read(attemptId: string): Promise<HookContent | null>;
  /** Asks for another attempt, with the same guid. */
  redeliver(attemptId: string): Promise<void>;
}

const id = z.union([z.int(), z.string()]).transform(String);

const attempt = z.object({
  id,
  guid: z.string().min(1),
  delivered_at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  status_code: z.int(),
  event: z.string(),
  action: z
    .string()
    .nullish()
    .transform((value) => value ?? null),
});

const content = z.object({
  request: z.object({
    headers: z.record(z.string(), z.string()).nullish(),
    payload: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** The deliveries API over the App's own client (its JWT). */
export class AppHookDeliveries implements HookDeliveries {
  readonly #octokit: Octokit;

  constructor(octokit: Octokit) {
    this.#octokit = octokit;
  }

  async list(cursor?: string): Promise<HookAttemptPage> {
    const route = 'GET /app/hook/deliveries';
    const { data, headers } = await this.#request(route, { per_page: 100, ...(cursor && { cursor }) });
    const attempts = parseAnswer(z.array(attempt), data, route).map((it) => ({
      id: it.id,
      guid: it.guid,
      deliveredAt: it.delivered_at,
      ok: it.status_code >= 200 && it.status_code < 300,
      event: it.event,
      action: it.action,
    }));
    const remaining = headers['x-ratelimit-remaining'];
    return {
      attempts,
      cursor: nextCursor(headers.link),
      remaining: remaining === undefined ? null : Number(remaining),
    };
  }

  async read(attemptId: string): Promise<HookContent | null> {
    const route = 'GET /app/hook/deliveries/{delivery_id}';
    try {
      const { data } = await this.#request(route, { delivery_id: attemptId });
      const { headers, payload } = parseAnswer(content, data, route).request;
      return payload ? { headers: lowerCase(headers ?? {}), payload: payload as JsonObject } : null;
    } catch (error) {
      if (isStatus(error, 'not_found') || isStatus(error, 'gone')) return null;
      throw error;
    }
  }

  async redeliver(attemptId: string): Promise<void> {
    await this.#request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: attemptId });
  }

  async #request(route: string, parameters: Record<string, unknown>) {
    try {
      return await this.#octokit.request(route, parameters);
    } catch (thrown) {
      throw errorOfRequest(thrown);
    }
  }
}

/** The cursor in `<…&cursor=v1_123>; rel="next"`. */
function nextCursor(link: string | undefined): string | null {
  const url = /<([^<>]{1,2000})>;\s*rel="next"/.exec(link ?? '')?.[1];
  return url ? new URL(url, 'http://localhost').searchParams.get('cursor') : null;
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
