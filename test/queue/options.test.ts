import { describe, expect, it } from 'vitest';
import { MemoryQueueManager } from '../../src/queue/memory.ts';
import { QUEUE_OPTION_RANGES, resolveQueueOptions } from '../../src/queue/options.ts';
import { SqliteQueueManager } from '../../src/queue/sqlite.ts';
import type { QueueManagerOptions } from '../../src/queue/types.ts';

const NAMES = Object.keys(QUEUE_OPTION_RANGES) as (keyof QueueManagerOptions)[];

describe('queue options', () => {
  it('have the defaults that are documented', () => {
    expect(resolveQueueOptions()).toEqual({
      leaseMs: 30_000,
      agingMs: 600_000,
      maxLength: 0,
      maxBytes: 0,
      maxMessageBytes: 262_144,
    });
  });

  it.each(NAMES)('keep %s within its range', (name) => {
    const { min, max } = QUEUE_OPTION_RANGES[name];
    for (const value of [min, max]) expect(resolveQueueOptions({ [name]: value })[name]).toBe(value);
    for (const value of [min - 1, max + 2, min + 0.5, Number.NaN]) {
      expect(() => resolveQueueOptions({ [name]: value })).toThrowError(
        expect.objectContaining({ code: 'config', problems: [expect.stringContaining(name)] }),
      );
    }
  });

  it('are checked by the managers, all at once', async () => {
    expect(() => new MemoryQueueManager({ leaseMs: 1, maxBytes: -1 })).toThrowError(
      expect.objectContaining({ problems: [expect.any(String), expect.any(String)] }),
    );
    await expect(SqliteQueueManager.open('unused.db', { leaseMs: 1 })).rejects.toMatchObject({
      code: 'config',
    });
  });
});
