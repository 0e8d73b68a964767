import { PermanentError } from '../../../src/errors.ts';
import type { CommentInfo, Reaction } from '../../../src/github/comments.ts';
import type {
  Comparison,
  NewPullRequest,
  Permission,
  PullRequestFile,
  ReviewInfo,
  ReviewRequest,
} from '../../../src/github/proposals.ts';
import type { CommitInfo, PullRequestInfo, RepositoryClient } from '../../../src/github/types.ts';

type Method = keyof RepositoryClient;

/** A review as it was sent. */
export interface WrittenReview extends ReviewRequest {
  readonly id: string;
}

/** The half of {@link MemoryGitHub} that proposes: reviews, branches, pull requests, updates. */
export abstract class MemoryProposals {
  readonly calls: Method[] = [];
  readonly branches = new Map<string, string>();
  readonly pullRequests = new Map<number, PullRequestInfo>();
  /** Diff of each pull request. */
  readonly files = new Map<number, PullRequestFile[]>();
  readonly reviews: WrittenReview[] = [];
  readonly permissions = new Map<string, Permission>();
  /** Comments of the pull request, oldest first. */
  readonly comments: CommentInfo[] = [];
  /** As `<comment id> <reaction>`. */
  readonly reactions = new Set<string>();
  /** Which comments GitHub takes; default all. */
  acceptsComment: (comment: ReviewRequest['comments'][number]) => boolean = () => true;
  /** Throws what a request is to fail with; after `apply`, the effect is there all the same. */
  fault: (method: Method, moment: 'before' | 'after') => void = () => {};
  #nextReview = 1;

  listPullRequestFiles = (number: number) =>
    this.answer('listPullRequestFiles', () => this.files.get(number) ?? []);
  listReviews = (number: number) =>
    this.answer('listReviews', (): ReviewInfo[] =>
      this.reviews
        .filter(({ pullNumber }) => pullNumber === number)
        .map(({ id, body, commitSha, pending = false }) => ({
          id,
          body,
          commitSha,
          pending,
          authorLogin: 'checkmend[bot]',
        })),
    );
  createReview = (request: ReviewRequest) =>
    this.answer('createReview', () => {
      if (!request.comments.every(this.acceptsComment)) {
        throw new PermanentError('validation_failed', 'Unprocessable Entity');
      }
      const id = String(this.#nextReview++);
      this.reviews.push({ ...request, id });
      return id;
    });
  deletePendingReview = (_number: number, reviewId: string) =>
    this.answer('deletePendingReview', () => {
      const index = this.reviews.findIndex(({ id, pending }) => id === reviewId && pending);
      if (index >= 0) this.reviews.splice(index, 1);
    });
  createBranch = (branch: string, sha: string) =>
    this.answer('createBranch', () => {
      if (this.branches.has(branch)) return 'exists' as const;
      this.branches.set(branch, sha);
      return 'created' as const;
    });
  findPullRequestByBranch = (branch: string) =>
    this.answer('findPullRequestByBranch', () => {
      const found = [...this.pullRequests.values()].find(
        ({ headRef, headRepository }) => headRef === branch && headRepository === 'octo/app',
      );
      return found ?? null;
    });
  openPullRequest = ({ head, base, title }: NewPullRequest) =>
    this.answer('openPullRequest', () => {
      const number = 100 + this.pullRequests.size;
      const [known] = this.pullRequests.values();
      if (!known) throw new Error('no pull request to be like');
      const headSha = this.branches.get(head) ?? '';
      const own = { number, id: String(4000 + number), headRef: head, baseRef: base, headSha, title };
      this.pullRequests.set(number, { ...known, ...own, headRepository: 'octo/app', fork: false });
      return number;
    });
  updateBranch = (number: number, expectedHeadSha: string) =>
    this.answer('updateBranch', () => {
      const pull = this.pullRequests.get(number);
      if (!pull || this.branches.get(pull.headRef) !== expectedHeadSha) return 'moved' as const;
      this.merge(pull.headRef, pull.baseRef);
      return 'accepted' as const;
    });
  compareCommits = (base: string, head: string) =>
    this.answer('compareCommits', (): Comparison | null => {
      const [left, right] = [this.ancestors(base), this.ancestors(head)];
      if (left.size === 0 || right.size === 0) return null;
      const lacking = (one: Set<string>, other: Set<string>) =>
        [...other].filter((sha) => !one.has(sha)).length;
      return { aheadBy: lacking(left, right), behindBy: lacking(right, left) };
    });
  listComments = (_number: number) => this.answer('listComments', () => [...this.comments]);
  createComment = (_number: number, body: string) =>
    this.answer('createComment', () => {
      const id = String(7000 + this.comments.length);
      this.comments.push({ id, body, authorLogin: 'checkmend[bot]' });
      return id;
    });
  updateComment = (id: string, body: string) =>
    this.answer('updateComment', () => {
      const index = this.comments.findIndex((comment) => comment.id === id);
      const known = this.comments[index];
      if (!known) return false;
      this.comments[index] = { ...known, body };
      return true;
    });
  react = (commentId: string, reaction: Reaction) =>
    this.answer('react', () => {
      this.reactions.add(`${commentId} ${reaction}`);
      return true;
    });
  getPermission = (login: string) =>
    this.answer('getPermission', () => this.permissions.get(login) ?? 'none');

  protected abstract infoOf(sha: string): CommitInfo | null;
  /** Makes the merge commit of an update. */
  protected abstract merge(head: string, base: string): void;

  protected async answer<Value>(method: Method, value: () => Value): Promise<Value> {
    this.calls.push(method);
    this.fault(method, 'before');
    const answer = value();
    this.fault(method, 'after');
    return answer;
  }

  protected ancestors(shaOrBranch: string): Set<string> {
    const found = new Set<string>();
    const open = [this.branches.get(shaOrBranch) ?? shaOrBranch];
    for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
      const info = found.has(sha) ? null : this.infoOf(sha);
      if (!info) continue;
      found.add(sha);
      open.push(...info.parents);
    }
    return found;
  }
}
