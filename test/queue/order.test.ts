import { describe, expect, it } from 'vitest';
import { AGING_MS_DEFAULT, compareCandidates, groupRank, scoreOf } from '../../src/queue/order.ts';

describe('order', () => {
  it('makes one step of priority worth ten minutes of waiting', () => {
    const early = scoreOf(1_000_000, 1, AGING_MS_DEFAULT);
    expect(scoreOf(1_000_000 + 599_999, 2, AGING_MS_DEFAULT)).toBeLessThan(early);
    expect(scoreOf(1_000_000 + 600_001, 2, AGING_MS_DEFAULT)).toBeGreaterThan(early);
  });

  it('stays exact for the highest priority, the longest ageing and far times', () => {
    const score = scoreOf(Date.UTC(2500, 0, 1), 1023, 86_400_000);
    expect(Number.isSafeInteger(score)).toBe(true);
  });

  it('ranks a group by its head, or as if that had been sent when its last turn ended', () => {
    expect(groupRank({ sentAt: 500, score: 400 }, 0)).toBe(400);
    expect(groupRank({ sentAt: 500, score: 400 }, 450)).toBe(400);
    expect(groupRank({ sentAt: 500, score: 400 }, 700)).toBe(600);
  });

  it('breaks ties by turn, then by sequence', () => {
    const candidates = [
      { rank: 2, turn: 0, seq: 1 },
      { rank: 1, turn: 5, seq: 2 },
      { rank: 1, turn: 0, seq: 4 },
      { rank: 1, turn: 0, seq: 3 },
    ];
    expect(candidates.toSorted(compareCandidates).map((it) => it.seq)).toEqual([3, 4, 2, 1]);
  });
});
