import { LruMap } from './lru-map.ts';

/** An answer that can be asked for again with its ETag. */
export interface CachedAnswer {
  readonly etag: string;
  readonly data: unknown;
  readonly headers: Headers;
}

/** Answers kept for an installation, and the longest body that is kept, in characters. */
const MAX_ENTRIES = 200;
const MAX_BODY_LENGTH = 256 * 1024;

/** Routes whose answers never change: nothing is asked twice about them. */
const IMMUTABLE = /\/git\/(?:blobs|trees|commits)\//;

/**
 * Answers by request. A request with the ETag of an unchanged answer costs nothing of the rate limit.
 * Source: GitHub's "Best practices for using the REST API", "Use conditional requests".
 */
export class EtagCache {
  readonly #answers = new LruMap<string, CachedAnswer>(MAX_ENTRIES);

  find(key: string): CachedAnswer | undefined {
    return this.#answers.get(key);
  }

  keep(key: string, { data, headers }: { data: unknown; headers: Headers }): void {
    const etag = headers.get('etag');
    if (etag === null || IMMUTABLE.test(key) || lengthOf(data) > MAX_BODY_LENGTH) return;
    this.#answers.set(key, { etag, data, headers });
  }
}

function lengthOf(data: unknown): number {
  return JSON.stringify(data)?.length ?? 0;
}
