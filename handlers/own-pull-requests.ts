/** A pull request as a check names it. */
interface NamedPullRequest {
  readonly id: string;
  readonly number: number;
  readonly base?: { readonly repo: { readonly id: string } } | undefined;
}

/**
 * The pull requests of a check that are into the repository itself: the same commit may stand in those of a fork.
 * One that does not say where it goes counts as its own.
 */
export function ownPullRequests<Named extends NamedPullRequest>(
  named: readonly Named[],
  repositoryId: string,
): Named[] {
  return named.filter(({ base }) => base === undefined || base.repo.id === repositoryId);
}
