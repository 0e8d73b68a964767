import { ValidationError } from '../errors.ts';

/** A pull request as a person names it. */
export interface PullRequestName {
  owner: string;
  repo: string;
  number: number;
}

/**
 * Reads `OWNER/REPO#N`.
 * @throws ValidationError for anything else
 */
export function parsePullRequestName(text: string): PullRequestName {
  const match = /^([\w.-]{1,100})\/([\w.-]{1,100})#([1-9]\d{0,9})$/.exec(text);
  if (!match) throw new ValidationError('', `"${text}" is not a pull request: write OWNER/REPO#NUMBER`);
  const [, owner = '', repo = '', number = ''] = match;
  return { owner, repo, number: Number(number) };
}
