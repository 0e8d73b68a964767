import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Heartbeats } from '../../../src/queue/sqlite/heartbeats.ts';
import type { BeatEvent } from '../../../src/queue/sqlite/operations.ts';

describe('Heartbeats', () => {
  const beats: BeatEvent[] = [];
  let broken = false;
  let db: Database.Database;
  let heartbeats: Heartbeats;

  beforeEach(() => {
    vi.useFakeTimers();
    beats.length = 0;
    broken = false;
    db = new Database(':memory:');
    const scope = {
      db,
      transaction: <T>(work: () => T) => work(),
      emit: (_name: string, data: unknown) => void beats.push(data as BeatEvent),
    };
    heartbeats = new Heartbeats(scope, () => {
      if (broken) throw new Error('locked');
      const now = Date.now();
      return { ok: true, now, session: 1, sessionExpiresAt: now + 3_000, held: 1, wake: [] };
    });
  });

  afterEach(() => {
    heartbeats.stopAll();
    db.close();
    vi.useRealTimers();
  });

  it('come at a third of the lease until they are stopped', () => {
    heartbeats.start('h', 3_000);
    heartbeats.start('h', 3_000);
    vi.advanceTimersByTime(3_000);
    expect(beats.map(({ holder, beat }) => [holder, beat.ok])).toEqual(Array(3).fill(['h', true]));
    heartbeats.stop('h');
    vi.advanceTimersByTime(3_000);
    expect(beats).toHaveLength(3);
  });

  it('report what went wrong, and go on', () => {
    heartbeats.start('h', 3_000);
    broken = true;
    vi.advanceTimersByTime(1_000);
    broken = false;
    vi.advanceTimersByTime(1_000);
    expect(beats.map(({ beat }) => beat.ok)).toEqual([false, true]);
  });

  it('end when the event loop of the holder does not turn any more, and come again when it does', () => {
    heartbeats.start('h', 3_000);
    vi.advanceTimersByTime(120_000);
    const sent = beats.length;
    expect(sent).toBeGreaterThanOrEqual(60);
    expect(sent).toBeLessThan(70);
    heartbeats.heard('h');
    vi.advanceTimersByTime(1_000);
    expect(beats).toHaveLength(sent + 1);
  });
});
