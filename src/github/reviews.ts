import { z } from 'zod';
import type { RepositoryApi } from './api.ts';
import { isStatus } from './errors.ts';
import type { PullRequestFile, ReviewComment, ReviewInfo, ReviewRequest } from './proposals.ts';

const file = z.object({ filename: z.string(), status: z.string(), patch: z.string().nullish() });

const review = z.object({
  id: z.union([z.int(), z.string()]).transform(String),
  body: z.string().nullish(),
  state: z.string(),
  user: z.object({ login: z.string() }).nullish(),
  commit_id: z.string().nullish(),
});

export async function listPullRequestFiles(api: RepositoryApi, number: number): Promise<PullRequestFile[]> {
  const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files';
  const files = await api.list(z.array(file), (page) => page, route, { pull_number: number });
  return files.map(({ filename, status, patch }) => ({ path: filename, status, patch: patch || null }));
}

export async function listReviews(api: RepositoryApi, number: number): Promise<ReviewInfo[]> {
  const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews';
  const reviews = await api.list(z.array(review), (page) => page, route, { pull_number: number });
  return reviews.map(({ id, body, state, user, commit_id }) => ({
    id,
    body: body ?? '',
    authorLogin: user?.login ?? null,
    pending: state.toUpperCase() === 'PENDING',
    commitSha: commit_id ?? null,
  }));
}

/** Source: REST API, "Pull requests / Reviews": without an `event` a review is pending. */
export async function createReview(api: RepositoryApi, request: ReviewRequest): Promise<string> {
  const { pullNumber, commitSha, body, comments, pending = false } = request;
  const { id } = await api.request(review, 'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
    pull_number: pullNumber,
    commit_id: commitSha,
    body,
    ...(!pending && { event: 'COMMENT' }),
    comments: comments.map(commentOf),
  });
  return id;
}

/** GitHub takes `start_line` only where it lies above `line`. */
function commentOf({ path, startLine, line, body }: ReviewComment): object {
  const start = startLine < line ? { start_line: startLine, start_side: 'RIGHT' } : {};
  return { path, line, side: 'RIGHT', ...start, body };
}

export async function deletePendingReview(
  api: RepositoryApi,
  number: number,
  reviewId: string,
): Promise<void> {
  const route = 'DELETE /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}';
  try {
    await api.raw(route, { pull_number: number, review_id: reviewId });
  } catch (error) {
    if (!isStatus(error, 'not_found')) throw error;
  }
}
