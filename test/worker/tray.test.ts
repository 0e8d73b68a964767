import { describe, expect, it } from 'vitest';
import type { LeasedMessage } from '../../src/queue/types.ts';
import { Tray } from '../../src/worker/tray.ts';
import { message, QUEUE } from './support.ts';

const leased = (token: number, id = `m${token}`): LeasedMessage => ({
  message: message(id),
  lease: { queue: QUEUE, id, token, expiresAt: 0 },
});
const names = (messages: readonly LeasedMessage[]) => messages.map((it) => it.message.id);

describe('a tray', () => {
  it('gives out what came first, each once, also when more comes in between', () => {
    const tray = new Tray();
    tray.add([leased(1), leased(2), leased(3)], 0);
    expect(names(tray.take(1))).toEqual(['m1']);
    tray.add([leased(4)], 5);
    expect(tray.size).toBe(3);
    expect(names(tray.take(2))).toEqual(['m2', 'm3']);
    expect(names(tray.take(9))).toEqual(['m4']);
    expect(tray.size).toBe(0);
    expect(tray.take(1)).toEqual([]);
  });

  it('tells how long the first of those that are left has been there', () => {
    const tray = new Tray();
    expect(tray.age(7)).toBe(Number.NEGATIVE_INFINITY);
    tray.add([leased(1)], 10);
    tray.add([leased(2)], 25);
    expect(tray.age(40)).toBe(30);
    tray.take(1);
    expect(tray.age(40)).toBe(15);
    tray.take(1);
    expect(tray.age(40)).toBe(Number.NEGATIVE_INFINITY);
  });

  it.each([
    [1, ['m3', 'm4']],
    [2, ['m3', 'm4']],
    [3, ['m4']],
    [4, ['m3']],
    [5, ['m3', 'm4']],
  ])('with 3 and 4 left, forgets %j of what is left only', (token, left) => {
    const tray = new Tray();
    tray.add([leased(1), leased(2), leased(3), leased(4)], 0);
    tray.take(2);
    tray.remove(leased(token).lease);
    expect(tray.size).toBe(left.length);
    expect(names(tray.take(9))).toEqual(left);
  });

  it('forgets the lease that is meant, and no other of that message or that number', () => {
    const tray = new Tray();
    tray.add([leased(1, 'a'), leased(2, 'a')], 0);
    tray.remove(leased(2, 'b').lease);
    tray.remove({ ...leased(2, 'a').lease, queue: 'other' });
    expect(tray.size).toBe(2);
    tray.remove(leased(2, 'a').lease);
    expect(tray.take(9).map(({ lease }) => lease.token)).toEqual([1]);
  });
});
