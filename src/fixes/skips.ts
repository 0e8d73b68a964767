import type { PullRequestRecord } from '../store/types.ts';
import { matchesName } from './guards/glob.ts';
import type { Policy } from './policy/policy.ts';
import type { Refusal } from './refusal.ts';

/** Why the policy leaves a pull request alone, or null. */
export function whySkipped(
  { draft, labels, author }: Pick<PullRequestRecord, 'draft' | 'author'> & { labels: readonly string[] },
  { skip }: Policy,
): Refusal | null {
  if (skip.drafts && draft) return { rule: 'skip.draft', reason: 'drafts are left alone' };
  const own = labels.map((label) => label.toLowerCase());
  const label = skip.labels.find((name) => own.includes(name.toLowerCase()));
  if (label !== undefined)
    return { rule: 'skip.label', reason: `pull requests labelled "${label}" are left alone` };
  if (skip.authors.some((login) => matchesName(login, author)))
    return { rule: 'skip.author', reason: `pull requests of ${author} are left alone` };
  return null;
}
