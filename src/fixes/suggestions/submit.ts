import { PermanentError } from '../../errors.ts';
import type { ReviewComment, ReviewRequest } from '../../github/proposals.ts';
import type { RepositoryClient } from '../../github/types.ts';

/** Pending reviews that may be tried to find the comment that GitHub refuses; each costs two writes. */
const PROBES_MAX = 8;

/**
 * Writes one review. GitHub refuses the whole for one comment and does not say which: then halves are tried as
 * pending reviews, which nobody sees, and what is refused is left out.
 * @returns the review's id and how many comments were left out; null where none was taken
 */
export async function submitReview(
  request: ReviewRequest,
  client: RepositoryClient,
): Promise<{ id: string; left: number } | null> {
  try {
    return { id: await client.createReview(request), left: 0 };
  } catch (error) {
    if (!isValidation(error)) throw error;
  }
  const probe = prober(request, client);
  const taken = await sift(request.comments, probe, true);
  if (taken.length === 0) return null;
  const id = await client.createReview({ ...request, comments: taken });
  return { id, left: request.comments.length - taken.length };
}

type Probe = (comments: readonly ReviewComment[]) => Promise<boolean>;

/** The comments that GitHub takes. @param refused known to be refused together */
async function sift(
  comments: readonly ReviewComment[],
  probe: Probe,
  refused: boolean,
): Promise<readonly ReviewComment[]> {
  if (comments.length === 0) return [];
  if (!refused && (await probe(comments))) return comments;
  if (comments.length === 1) return [];
  const middle = Math.ceil(comments.length / 2);
  const first = await sift(comments.slice(0, middle), probe, false);
  const second = await sift(comments.slice(middle), probe, false);
  return [...first, ...second];
}

function prober(request: ReviewRequest, client: RepositoryClient): Probe {
  let left = PROBES_MAX;
  return async (comments) => {
    if (left-- <= 0) return false;
    try {
      const id = await client.createReview({ ...request, comments, pending: true });
      await client.deletePendingReview(request.pullNumber, id);
      return true;
    } catch (error) {
      if (!isValidation(error)) throw error;
      return false;
    }
  };
}

function isValidation(error: unknown): boolean {
  return error instanceof PermanentError && error.code === 'validation_failed';
}
