import { z } from 'zod';
import type { RepositoryApi } from './api.ts';
import { isStatus } from './errors.ts';
import { truncateUtf8 } from './truncate.ts';

/** GitHub's limit is 65,536 characters; counted in bytes to be safe. Source: 422 "Body is too long" (danger/danger#424). */
const BODY_LIMIT_BYTES = 65_535;

/** What Checkmend reads of a comment on a pull request. */
export interface CommentInfo {
  id: string;
  body: string;
  authorLogin: string | null;
}

/** Reactions that acknowledge a command: it is done, or it is not. */
export type Reaction = '+1' | 'confused';

/** Comments on pull requests, and reactions to them. Errors as `RepositoryClient`. */
export interface CommentClient {
  /** Comments of a pull request but those on its lines, oldest first. */
  listComments(number: number): Promise<CommentInfo[]>;
  /** Answers its id. Needs write access to pull requests. */
  createComment(number: number, body: string): Promise<string>;
  /** @returns false where it is not there any more */
  updateComment(id: string, body: string): Promise<boolean>;
  /**
   * Reacts to a comment; the same reaction twice is one.
   * @returns false where the comment is gone, or the server knows no reactions
   */
  react(commentId: string, reaction: Reaction): Promise<boolean>;
}

const comment = z.object({
  id: z.union([z.int(), z.string()]).transform(String),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
});

/** Source: REST API, "Issues / Comments": those of a pull request are those of its issue. */
export async function listComments(api: RepositoryApi, number: number): Promise<CommentInfo[]> {
  const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
  const comments = await api.list(z.array(comment), (page) => page, route, { issue_number: number });
  return comments.map(({ id, body, user }) => ({ id, body: body ?? '', authorLogin: user?.login ?? null }));
}

export async function createComment(api: RepositoryApi, number: number, body: string): Promise<string> {
  const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
  const text = truncateUtf8(body, BODY_LIMIT_BYTES);
  return (await api.request(comment, route, { issue_number: number, body: text })).id;
}

export async function updateComment(api: RepositoryApi, id: string, body: string): Promise<boolean> {
  const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
  const text = truncateUtf8(body, BODY_LIMIT_BYTES);
  return (await api.find(comment, route, { comment_id: id, body: text })) !== null;
}

/** Source: REST API, "Reactions": 201, or 200 where it was there already; needs write access to issues. */
export async function react(api: RepositoryApi, commentId: string, reaction: Reaction): Promise<boolean> {
  const route = 'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions';
  try {
    await api.raw(route, { comment_id: commentId, content: reaction });
    return true;
  } catch (error) {
    if (isStatus(error, 'not_found') || isStatus(error, 'gone')) return false;
    throw error;
  }
}
