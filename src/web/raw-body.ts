import type { IncomingMessage } from 'node:http';
import type { BodyReservation } from './body-memory.ts';

/** GitHub's own cap on a payload, in bytes. Source: "Webhook events and payloads". */
export const BODY_LIMIT_BYTES = 25 * 1024 * 1024;

/** How reading a body ended. */
export type RawBody =
  | { state: 'read'; body: Buffer }
  | { state: 'too_large' }
  | { state: 'cut_off' }
  /** The bodies of all requests together are too much. */
  | { state: 'no_memory' };

/**
 * Reads the raw bytes, and keeps nothing more as soon as they are too many, whatever `content-length` says. What
 * still comes then is dropped, so that the sender gets to see the answer; the server's request timeout ends it.
 */
export function readRawBody(
  request: IncomingMessage,
  reservation: BodyReservation,
  limit = BODY_LIMIT_BYTES,
): Promise<RawBody> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve({ state: 'too_large' });
  return new Promise((resolve) => {
    const bytes = new GrowingBuffer();
    const finish = (result: RawBody) => {
      request.off('data', onData).off('end', onEnd).off('close', onCut).off('error', onCut);
      resolve(result);
    };
    const drop = (state: 'too_large' | 'no_memory') => {
      bytes.clear();
      finish({ state });
      // A broken connection is nobody's business any more.
      request.on('error', () => undefined).resume();
    };
    const onData = (chunk: Buffer) => {
      if (bytes.size + chunk.length > limit) drop('too_large');
      else if (!reservation.add(chunk.length)) drop('no_memory');
      else bytes.append(chunk);
    };
    const onEnd = () => finish({ state: 'read', body: bytes.whole() });
    const onCut = () => finish({ state: 'cut_off' });
    request.on('data', onData).on('end', onEnd).on('close', onCut).on('error', onCut);
  });
}

/**
 * A body in one piece: kept as its chunks, one that was sent byte by byte would take a hundred times its size. In memory
 * of its own: of a part of Node's pool, the whole pool would be copied with it to another thread.
 */
class GrowingBuffer {
  #bytes = Buffer.alloc(0);
  size = 0;

  append(chunk: Buffer): void {
    const size = this.size + chunk.length;
    if (size > this.#bytes.length) this.#move(Math.max(size, 2 * this.#bytes.length));
    chunk.copy(this.#bytes, this.size);
    this.size = size;
  }

  /** What was appended, without the room behind it. */
  whole(): Buffer {
    if (this.size < this.#bytes.length) this.#move(this.size);
    return this.#bytes;
  }

  clear(): void {
    this.#bytes = Buffer.alloc(0);
    this.size = 0;
  }

  #move(room: number): void {
    const moved = Buffer.allocUnsafeSlow(room);
    this.#bytes.copy(moved, 0, 0, this.size);
    this.#bytes = moved;
  }
}
