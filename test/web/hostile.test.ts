import { describe, expect, it } from 'vitest';
import { besiege } from '../support/hostile/siege.ts';

/** A small part of `npm run hostile`. */
describe('hostile requests to a real service', () => {
  it('are each answered as documented, and harm nothing', async () => {
    const { signed, unsigned, damages } = await besiege({ seed: 7, requests: 3000, part: 300 });
    expect(damages).toEqual([]);
    // Of every kind there was something.
    expect(unsigned).toMatchObject({
      400: expect.any(Number),
      401: expect.any(Number),
      405: expect.any(Number),
    });
    expect(signed).toMatchObject({
      202: expect.any(Number),
      400: expect.any(Number),
      415: expect.any(Number),
    });
  }, 60_000);
});
