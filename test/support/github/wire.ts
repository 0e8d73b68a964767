import type { IncomingHttpHeaders } from 'node:http';

/** An object as GitHub's API speaks it. */
export type Json = Record<string, unknown>;

/** One request to the local GitHub. */
export interface ApiRequest {
  readonly method: string;
  /** Without the query and without `/api/v3`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Made by the local GitHub itself or by a scenario: not counted, not limited, no faults. */
  readonly internal: boolean;
  /** What a scenario knows about the thing that it makes. */
  readonly scenario?: ScenarioHints;
}

/** What a scenario tells beside the request, because the emulator has no place for it. */
export interface ScenarioHints {
  /** Slug of the App that a new check run belongs to. */
  readonly app?: string;
  /** Actions run that a new check run is a job of. */
  readonly actionsRun?: number;
}

/** One answer of the local GitHub. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** An answer in JSON. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

/** An answer without a body. */
export function empty(status: number, headers: Record<string, string> = {}): ApiResponse {
  return { status, headers, body: Buffer.alloc(0) };
}

/** GitHub's error object. */
export function refusal(status: number, message: string, headers: Record<string, string> = {}): ApiResponse {
  return json(
    status,
    { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
    headers,
  );
}

/** The same answer with another body. */
export function withBody(response: ApiResponse, value: unknown): ApiResponse {
  return { ...response, body: Buffer.from(JSON.stringify(value)) };
}

/** The JSON object of a body; an empty one where there is none. */
export function objectOf(message: { readonly body: Buffer }): Json {
  if (message.body.length === 0) return {};
  const value: unknown = JSON.parse(message.body.toString('utf8'));
  return isObject(value) ? value : {};
}

/** The JSON array of a body. */
export function arrayOf(message: { readonly body: Buffer }): Json[] {
  return objectsOf(JSON.parse(message.body.toString('utf8')));
}

/** The objects among the entries of an array. */
export function objectsOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A nested object; an empty one where there is none. */
export function at(value: Json, ...keys: string[]): Json {
  let current: unknown = value;
  for (const key of keys) current = isObject(current) ? current[key] : undefined;
  return isObject(current) ? current : {};
}

/** A text field. */
export function textOf(value: Json, key: string): string {
  return String(value[key] ?? '');
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The token of an Authorization header, whatever its scheme. */
export function tokenOf(headers: IncomingHttpHeaders): string | null {
  return headers.authorization?.replace(/^(?:bearer|token)\s+/i, '').trim() ?? null;
}

/** One page of entries by `page` and `per_page`, as GitHub cuts them. */
export function pageOf<Entry>(entries: readonly Entry[], query: URLSearchParams): Entry[] {
  const size = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 30) || 30));
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1);
  return entries.slice((page - 1) * size, page * size);
}

/** A path of which each segment is encoded, e.g. the name of a branch. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
