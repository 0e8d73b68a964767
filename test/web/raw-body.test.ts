import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyMemory } from '../../src/web/body-memory.ts';
import { readRawBody } from '../../src/web/raw-body.ts';

/** A request of which only the body matters. */
function requestOf(chunks: readonly Buffer[]): IncomingMessage {
  return Object.assign(Readable.from(chunks), { headers: {} }) as unknown as IncomingMessage;
}

describe('a body that was read', () => {
  it('is what was sent, in memory of its own: sent to a thread, it takes nothing else along', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40_000 }), { maxLength: 5 }),
        async (parts) => {
          const chunks = parts.map((part) => Buffer.from(part));
          const result = await readRawBody(requestOf(chunks), new BodyMemory(1024 * 1024).reserve());
          if (result.state !== 'read') throw new Error(result.state);
          expect(result.body.equals(Buffer.concat(chunks))).toBe(true);
          expect(result.body.buffer.byteLength).toBe(result.body.length);
        },
      ),
      { numRuns: 50 },
    );
  });
});
