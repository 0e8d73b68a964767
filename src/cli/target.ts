import { ValidationError } from '../errors.ts';

/** A repository as a person names it. */
export interface RepositoryName {
  owner: string;
  repo: string;
}

/** A pull request as a person names it. */
export interface PullRequestName extends RepositoryName {
  number: number;
}

/**
 * Reads `OWNER/REPO`.
 * @throws ValidationError for anything else
 */
export function parseRepositoryName(text: string): RepositoryName {
  const match = /^([\w.-]{1,100})\/([\w.-]{1,100})$/.exec(text);
  if (!match) throw new ValidationError('', `"${text}" is not a repository: write OWNER/REPO`);
  const [, owner = '', repo = ''] = match;
  return { owner, repo };
}

/**
 * Reads `OWNER/REPO#N`.
 * @throws ValidationError for anything else
 */
export function parsePullRequestName(text: string): PullRequestName {
  const match = /^(.{1,201})#([1-9]\d{0,9})$/.exec(text);
  const [, repository = '', number = ''] = match ?? [];
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new ValidationError('', `"${text}" is not a pull request: write OWNER/REPO#NUMBER`);
  }
  return { ...parseRepositoryName(repository), number: Number(number) };
}
