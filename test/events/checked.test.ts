import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkPayload } from '../../src/events/checked.ts';

describe('the check of a payload', () => {
  const schema = z.object({ id: z.number().transform(String) });

  it('is done once for a payload and a schema', () => {
    const payload = { id: 7 };
    const first = checkPayload(schema, payload);
    expect(first).toEqual({ success: true, data: { id: '7' } });
    expect(checkPayload(schema, payload)).toBe(first);
    const bad = { id: 'x' };
    expect(checkPayload(schema, bad).success).toBe(false);
    expect(checkPayload(schema, bad)).toBe(checkPayload(schema, bad));
  });

  it('is another for another payload, though it is equal, or another schema', () => {
    const payload = { id: 7 };
    const first = checkPayload(schema, payload);
    expect(checkPayload(schema, { id: 7 })).not.toBe(first);
    expect(checkPayload(z.object({ id: z.string() }), payload).success).toBe(false);
    expect(checkPayload(schema, payload)).toEqual(first);
  });
});
