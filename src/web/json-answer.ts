import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** Headers of every answer: nothing is kept, guessed or shown in a frame. */
export const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
} as const;

/** Answers a request, unless whoever asked is gone. */
export function sendJson(
  response: ServerResponse,
  code: number,
  body: object,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(code, {
    ...SAFE_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    ...headers,
  });
  response.end(bytes);
}
