import { PermanentError } from '../../errors.ts';
import { lacks } from '../../github/permissions.ts';
import type { PullRequestRecord } from '../../store/types.ts';
import type { FixEnvironment } from '../strategy.ts';
import { COMMENT_MARK, nothingLeft } from './comment.ts';

/**
 * Brings our one comment on a pull request to a text: the comment that carries our mark is edited, or else one is
 * written. Without a text only a comment that is there is edited. Once more changes nothing.
 * @returns why it could not be written, or null
 */
export async function writeComment(
  text: string | null,
  pullRequest: PullRequestRecord,
  environment: FixEnvironment,
): Promise<string | null> {
  const { repositoryId, number, headSha } = pullRequest;
  const { store, client, app, clock, signal } = environment;
  if (text === null && !(await store.ownComments.has(repositoryId, number))) return null;
  try {
    const author = `${await app.slug()}[bot]`;
    const own = (await client.listComments(number)).find(
      (comment) => comment.authorLogin === author && comment.body.startsWith(COMMENT_MARK),
    );
    const body = text ?? nothingLeft(headSha);
    if (own?.body === body || (!own && text === null)) return null;
    signal.throwIfAborted();
    if (own && (await client.updateComment(own.id, body))) return null;
    await store.ownComments.note(repositoryId, number, clock.now());
    await client.createComment(number, body);
    return null;
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    if (error.code === 'forbidden') return lacks('comment');
    return `GitHub refused it (${error.code.replaceAll('_', ' ')})`;
  }
}
