import { describe, expect, it } from 'vitest';
import { createMessage } from '../../src/messages/index.ts';

describe('createMessage', () => {
  it('fills in what is not given', () => {
    const earliest = Date.now();
    const message = createMessage({ id: 'greet_ada', type: 'greet', payload: { name: 'ada' } });
    expect(message).toEqual({
      id: 'greet_ada',
      type: 'greet',
      payload: { name: 'ada' },
      priority: 0,
      retryCount: 0,
      maxRetries: 3,
      schemaVersion: 1,
      timestamp: expect.any(Number),
    });
    expect(message.timestamp).toBeGreaterThanOrEqual(earliest);
    expect(message.timestamp).toBeLessThanOrEqual(Date.now());
  });

  it('keeps what is given', () => {
    const given = {
      id: 'greet_ada',
      type: 'greet',
      payload: {},
      priority: 9,
      retryCount: 1,
      maxRetries: 0,
      schemaVersion: 0,
      timestamp: 7000,
      correlationId: 'guid',
      groupKey: 'ada',
      expiresAt: 8000,
    };
    expect(createMessage(given)).toEqual(given);
  });
});
