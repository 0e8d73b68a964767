import type { CommitInfo } from '../github/types.ts';

const FIX_TRAILER = 'Checkmend-Fix';
const CORRELATION_TRAILER = 'Checkmend-Correlation';

/** Trailers of a fix commit: a mark for each fix that it holds, and the correlation id. */
export function fixTrailers(fixIds: readonly string[], correlationId: string | null): string {
  const correlation = (correlationId ?? '').replace(/[^\w.:-]/g, '').slice(0, 100);
  return [
    ...fixIds.map((fixId) => `${FIX_TRAILER}: ${fixId}`),
    ...(correlation === '' ? [] : [`${CORRELATION_TRAILER}: ${correlation}`]),
  ].join('\n');
}

/** Does the commit carry the mark of this fix? */
export function carriesFix(commit: CommitInfo, fixId: string): boolean {
  return linesOf(commit).includes(`${FIX_TRAILER}: ${fixId}`);
}

/**
 * A commit of ours: made by the App's own account, or with the trailer of a fix. Who forges the trailer gets
 * fewer fixes, nothing else.
 *
 * @param slug slug of the App; its account is `<slug>[bot]`
 */
export function isOwnCommit(commit: CommitInfo, slug: string): boolean {
  return (
    commit.authorLogin === `${slug}[bot]` ||
    linesOf(commit).some((line) => line.startsWith(`${FIX_TRAILER}: `))
  );
}

function linesOf(commit: CommitInfo): string[] {
  return commit.message.split('\n').map((line) => line.trim());
}
