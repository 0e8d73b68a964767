import type { IncomingMessage } from 'node:http';

/** GitHub's own cap on a payload, in bytes. Source: "Webhook events and payloads". */
export const BODY_LIMIT_BYTES = 25 * 1024 * 1024;

/** How reading a body ended. */
export type RawBody = { state: 'read'; body: Buffer } | { state: 'too_large' } | { state: 'cut_off' };

/** Reads the raw bytes, and stops as soon as they are too many, whatever `content-length` says. */
export function readRawBody(request: IncomingMessage, limit = BODY_LIMIT_BYTES): Promise<RawBody> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve({ state: 'too_large' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (result: RawBody) => {
      request.off('data', onData).off('end', onEnd).off('close', onCut).off('error', onCut);
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else {
        request.pause();
        finish({ state: 'too_large' });
      }
    };
    const onEnd = () => finish({ state: 'read', body: Buffer.concat(chunks, size) });
    const onCut = () => finish({ state: 'cut_off' });
    request.on('data', onData).on('end', onEnd).on('close', onCut).on('error', onCut);
  });
}
