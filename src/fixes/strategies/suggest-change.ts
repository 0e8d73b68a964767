import { permissionOf } from '../../github/permissions.ts';
import type { ReviewRequest } from '../../github/proposals.ts';
import type { InspectedPatch } from '../guards/inspect-patch.ts';
import { readHead, whyNotHead } from '../head.ts';
import { limitsOf, suggestionRefusal } from '../limits.ts';
import { planPatch } from '../patch-plan.ts';
import { type Applied, type FixEnvironment, type FixJob, type FixStrategy, refused } from '../strategy.ts';
import { gatherSuggestions } from '../suggestions/gather.ts';
import { reviewBody, reviewMark } from '../suggestions/review.ts';
import { submitReview } from '../suggestions/submit.ts';
import { whyNotYet } from '../timing.ts';

/** A review that is to be written, and the pending ones of an earlier try that have to go first. */
export interface ReadyReview {
  readonly request: ReviewRequest;
  readonly stale: readonly string[];
}

/**
 * Shows the patch as suggestions that its author takes with one click: one review on the planned head, of those
 * changes that lie inside the pull request's diff. The mark is hidden in the review's text.
 */
export const suggestChange: FixStrategy<InspectedPatch, ReadyReview> = {
  name: 'suggest_change',
  permission: permissionOf('offer'),
  plan: planPatch,

  async preflight({ patch, digest }, job, environment) {
    const { client } = environment;
    const { pr_number, head_sha } = job.payload;
    const pullRequest = await client.getPullRequest(pr_number);
    if (!pullRequest) return refused('pull_request.gone', 'the pull request is not there any more');
    const own = await ownReviews(job, environment);
    const found = own.find(({ body, pending }) => !pending && body.includes(reviewMark(job.id)));
    if (found) return suggested(found.id);
    const why = whyNotHead(pullRequest, job);
    if (why) return why;
    const refusal = suggestionRefusal(await limitsOf(job, environment), digest);
    if (refusal) return { kind: 'refused', refusal };
    const notYet = await whyNotYet(pullRequest, job, environment);
    if (notYet) return notYet;
    const suggestions = await gatherSuggestions(patch, pullRequest, job, environment);
    if ('kind' in suggestions) return suggestions;
    const { comments, fixIds, checkNames, dropped } = suggestions;
    if (comments.length === 0) {
      return refused('suggest.outside_diff', 'none of the changes lies in the diff of the pull request');
    }
    const body = reviewBody(fixIds, checkNames, dropped);
    const request = { pullNumber: pr_number, commitSha: head_sha, body, comments };
    const stale = own.filter(({ pending }) => pending).map(({ id }) => id);
    return { kind: 'go', ready: { request, stale } };
  },

  async apply({ request, stale }, job, environment) {
    const again = await readHead(job, environment);
    if (again.kind === 'refused') return again;
    const { client } = environment;
    for (const id of stale) await client.deletePendingReview(request.pullNumber, id);
    const review = await submitReview(request, client);
    if (!review) return refused('suggest.refused', 'GitHub took none of the suggestions');
    return suggested(review.id, request.comments.length - review.left);
  },

  async verify(effect, _ready, job, environment) {
    const reviews = await ownReviews(job, environment);
    return reviews.some(({ id }) => `review ${id}` === effect.result) ? null : 'the review is not there';
  },
};

function suggested(id: string, count?: number): Applied {
  const what = count === undefined ? '' : count === 1 ? ' one change' : ` ${count} changes`;
  return { kind: 'applied', result: `review ${id}`, message: `suggested${what} in a review` };
}

/** A mark that somebody else wrote is no mark. */
async function ownReviews({ payload }: FixJob, { client, app }: FixEnvironment) {
  const login = `${await app.slug()}[bot]`;
  const reviews = await client.listReviews(payload.pr_number);
  return reviews.filter(({ authorLogin }) => authorLogin === login);
}
