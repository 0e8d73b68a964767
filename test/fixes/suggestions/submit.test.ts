import { describe, expect, test } from 'vitest';
import { TransientError } from '../../../src/errors.ts';
import { submitReview } from '../../../src/fixes/suggestions/submit.ts';
import type { ReviewRequest } from '../../../src/github/proposals.ts';
import { MemoryGitHub } from '../support/memory-github.ts';

const request: ReviewRequest = {
  pullNumber: 5,
  commitSha: 'a'.repeat(40),
  body: 'Look',
  comments: [1, 2, 3, 4, 5].map((line) => ({ path: 'a.txt', startLine: line, line, body: `${line}` })),
};

function linesOf(github: MemoryGitHub): number[][] {
  return github.reviews.map(({ comments }) => comments.map(({ line }) => line));
}

describe('a review', () => {
  test('is one request where GitHub takes all of it', async () => {
    const github = new MemoryGitHub();
    expect(await submitReview(request, github)).toEqual({ id: '1', left: 0 });
    expect(github.calls).toEqual(['createReview']);
  });

  test('leaves out the comment that GitHub refuses, and is still one', async () => {
    const github = new MemoryGitHub();
    github.acceptsComment = ({ line }) => line !== 4;
    expect(await submitReview(request, github)).toMatchObject({ left: 1 });
    expect(linesOf(github)).toEqual([[1, 2, 3, 5]]);
    expect(github.reviews.every(({ pending }) => !pending)).toBe(true);
  });

  test('is none where GitHub refuses every comment', async () => {
    const github = new MemoryGitHub();
    github.acceptsComment = () => false;
    expect(await submitReview(request, github)).toBeNull();
    expect(github.reviews).toEqual([]);
  });

  test('stops looking after a few tries', async () => {
    const github = new MemoryGitHub();
    github.acceptsComment = ({ line }) => line % 2 === 0;
    const comments = Array.from({ length: 30 }, (_, index) => ({
      path: 'a.txt',
      startLine: index + 1,
      line: index + 1,
      body: '',
    }));
    await submitReview({ ...request, comments }, github);
    expect(github.calls.filter((call) => call === 'createReview').length).toBeLessThanOrEqual(10);
  });

  test('passes on what is no refusal', async () => {
    const github = new MemoryGitHub();
    github.fault = () => {
      throw new TransientError('network', 'reset');
    };
    await expect(submitReview(request, github)).rejects.toMatchObject({ code: 'network' });
  });
});
