import type { PullRequestRecord } from '../../store/types.ts';
import type { FixEnvironment } from '../strategy.ts';
import { answerOf } from './answers.ts';
import { composeComment } from './comment.ts';
import { gatherItems } from './gather.ts';

/** A text for our comment, or that one which is there has nothing to say any more. */
export interface CommentDraft {
  readonly text: string | null;
}

/**
 * What our comment on a pull request, as it is now, has to say. Null where it is to stay as it is, or not to be: the
 * policy file is broken, or there is nothing to say and never was.
 */
export async function draftComment(
  pullRequest: PullRequestRecord,
  environment: FixEnvironment,
): Promise<CommentDraft | null> {
  const { store, policy, policyProblems } = environment;
  if (policyProblems.length > 0) return null;
  const { repositoryId, number, headSha, state } = pullRequest;
  const items = state === 'open' ? await gatherItems(pullRequest, environment) : [];
  const answered = await answerOf(pullRequest, environment);
  const text = composeComment({ headSha, items, answered, commands: policy.commands });
  if (text === null && !(await store.ownComments.has(repositoryId, number))) return null;
  return { text };
}
