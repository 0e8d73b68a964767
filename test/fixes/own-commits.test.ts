import { describe, expect, test } from 'vitest';
import { carriesFix, fixTrailers, isOwnCommit } from '../../src/fixes/own-commits.ts';
import type { CommitInfo } from '../../src/github/types.ts';

function commitOf(changes: Partial<CommitInfo>): CommitInfo {
  const defaults = { sha: 'a', message: 'Change', authorLogin: 'ann', authorIsBot: false, committedAt: 0 };
  return { ...defaults, parents: [], ...changes };
}

describe('own commits', () => {
  test('are known by the account or by the trailer', () => {
    expect(isOwnCommit(commitOf({}), 'checkmend')).toBe(false);
    expect(isOwnCommit(commitOf({ authorLogin: 'checkmend[bot]' }), 'checkmend')).toBe(true);
    expect(isOwnCommit(commitOf({ authorLogin: 'other[bot]', authorIsBot: true }), 'checkmend')).toBe(false);
    expect(isOwnCommit(commitOf({ message: `Fix\n\n${fixTrailers(['x'], null)}` }), 'checkmend')).toBe(true);
  });

  test('carry the mark of each of their fixes, as a whole line', () => {
    const commit = commitOf({ message: `Fix\n\n${fixTrailers(['fix_1', 'fix_2'], 'guid')}\r\n` });
    expect(carriesFix(commit, 'fix_1')).toBe(true);
    expect(carriesFix(commit, 'fix_2')).toBe(true);
    expect(carriesFix(commit, 'fix_')).toBe(false);
    expect(carriesFix(commitOf({ message: 'see Checkmend-Fix: fix_1' }), 'fix_1')).toBe(false);
  });
});
