import { announce } from './announce.ts';
import { completePull, completeCheckRun as shown } from './complete.ts';
import * as checks from './scenario/checks.ts';
import * as git from './scenario/git.ts';
import * as pulls from './scenario/pulls.ts';
import { arrayOf, encodePath, type Json, objectOf, objectsOf, textOf } from './wire.ts';
import { act, headOf, look, type World } from './world.ts';

/** A check run as a scenario sees it. */
export interface SeenCheckRun {
  id: number;
  name: string;
  app: string;
  status: string;
  conclusion: string | null;
  externalId: string;
  title: string | null;
  summary: string | null;
  text: string | null;
  annotationsCount: number;
  actions: Json[];
}

/** A comment as a scenario sees it. */
export interface SeenComment {
  id: number;
  author: string;
  body: string;
}

/** A review as a scenario sees it. */
export interface SeenReview {
  author: string;
  body: string;
  /** As they were sent: `path`, `line`, `start_line`, `body`. */
  comments: Json[];
}

/** What people and other Apps do at the local GitHub. Repositories are named `owner/name`. */
export class Scenario {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  createRepository = (repository: string, scenario?: pulls.RepositoryScenario) =>
    pulls.createRepository(this.#world, repository, scenario);
  fork = (repository: string, into: string) => pulls.fork(this.#world, repository, into);
  openPullRequest = (repository: string, scenario: pulls.PullRequestScenario) =>
    pulls.openPullRequest(this.#world, repository, scenario);
  merge = (repository: string, number: number) => pulls.merge(this.#world, repository, number);
  close = (repository: string, number: number) => pulls.setState(this.#world, repository, number, 'closed');
  reopen = (repository: string, number: number) => pulls.setState(this.#world, repository, number, 'open');
  label = (repository: string, number: number, label: string) =>
    pulls.addLabel(this.#world, repository, number, label);

  push = (repository: string, branch: string, files: git.Files, options?: git.CommitOptions) =>
    git.push(this.#world, repository, branch, files, options);
  /** Replaces the branch by one commit on `parent` (default: on the default branch). */
  async forcePush(repository: string, branch: string, files: git.Files, parent?: string): Promise<string> {
    const onto = parent ?? (await headOf(this.#world, repository, 'main')) ?? undefined;
    const options = { force: true, message: 'Start over', ...(onto !== undefined && { parent: onto }) };
    return await git.push(this.#world, repository, branch, files, options);
  }
  /** Moves the branch (back) to a commit that is there. */
  resetBranch = (repository: string, branch: string, sha: string) =>
    git.moveBranch(this.#world, repository, branch, sha, { force: true });
  deleteBranch = async (repository: string, branch: string) => {
    await act(this.#world, repository, `DELETE /repos/${repository}/git/refs/heads/${encodePath(branch)}`);
  };
  /** Protects a branch: reviews are required, also of administrators. */
  protectBranch = async (repository: string, branch: string) => {
    await act(this.#world, repository, `PUT /repos/${repository}/branches/${encodePath(branch)}/protection`, {
      required_status_checks: null,
      enforce_admins: true,
      required_pull_request_reviews: { required_approving_review_count: 1 },
      restrictions: null,
    });
  };
  branchHead = (repository: string, branch: string) => headOf(this.#world, repository, branch);
  readFile = (repository: string, ref: string, path: string) =>
    git.readFile(this.#world, repository, ref, path);
  listCommits = (repository: string, branch: string) => git.listCommits(this.#world, repository, branch);

  createCheckRun = (repository: string, check: checks.CheckRunScenario) =>
    checks.createCheckRun(this.#world, repository, check);
  completeCheckRun = (
    repository: string,
    id: number,
    conclusion: string,
    output?: checks.CheckRunScenario['output'],
  ) => checks.completeCheckRun(this.#world, repository, id, conclusion, output);
  runActions = (repository: string, scenario: checks.ActionsScenario) =>
    checks.runActions(this.#world, repository, scenario);
  setLog = (jobId: number, log: string | Buffer | null) => checks.setLog(this.#world, jobId, log);

  /** A run of a workflow: its attempt, and the jobs of the newest attempt with their ids. */
  workflowRun(runId: number): { attempt: number; jobs: { id: number; name: string; attempt: number }[] } {
    const run = this.#world.extras.runs.get(runId);
    if (!run) throw new Error(`no run ${runId}`);
    return { attempt: run.attempt, jobs: run.jobs.filter((job) => !job.replaced) };
  }

  /** Makes a run look as old as that. */
  ageWorkflowRun(runId: number, milliseconds: number): void {
    const run = this.#world.extras.runs.get(runId);
    if (run) run.createdAt -= milliseconds;
  }

  /** Check runs on a commit or branch, also those of the App under test. */
  async listCheckRuns(repository: string, ref: string): Promise<SeenCheckRun[]> {
    const path = `/repos/${repository}/commits/${ref}/check-runs?filter=all`;
    const answer = await look(this.#world, repository, path);
    return (answer ? objectsOf(objectOf(answer).check_runs) : []).map((run) => {
      const output = run.output as { title: string; summary: string; text: string };
      const extras = this.#world.extras.checkRuns.get(Number(run.id));
      return {
        id: Number(run.id),
        name: textOf(run, 'name'),
        app: extras?.app ?? this.#world.app.slug,
        status: textOf(run, 'status'),
        conclusion: run.conclusion as string | null,
        externalId: textOf(run, 'external_id'),
        ...output,
        annotationsCount: Number((output as Json).annotations_count),
        actions: extras?.actions ?? [],
      };
    });
  }

  /** A pull request as the API shows it. */
  async pullRequest(repository: string, number: number): Promise<Json> {
    const answer = await look(this.#world, repository, `/repos/${repository}/pulls/${number}`);
    if (!answer) throw new Error(`no pull request ${number} in ${repository}`);
    return await completePull(this.#world, objectOf(answer));
  }

  /** Somebody presses a button of a check run. */
  async pressButton(repository: string, checkRunId: number, identifier: string, who: string): Promise<void> {
    await this.#tellOfCheckRun(repository, checkRunId, who, {
      action: 'requested_action',
      requested_action: { identifier },
    });
  }

  /** Somebody asks for a check run to be run again. */
  async rerequest(repository: string, checkRunId: number, who: string): Promise<void> {
    await this.#tellOfCheckRun(repository, checkRunId, who, { action: 'rerequested' });
  }

  /** Comments on an issue or pull request; answers the comment's id. */
  async comment(repository: string, number: number, body: string, who: string): Promise<number> {
    const route = `POST /repos/${repository}/issues/${number}/comments`;
    return Number(objectOf(await act(this.#world, repository, route, { body }, { as: who })).id);
  }

  async listComments(repository: string, number: number): Promise<SeenComment[]> {
    const path = `/repos/${repository}/issues/${number}/comments?per_page=100`;
    const answer = await look(this.#world, repository, path);
    return (answer ? arrayOf(answer) : []).map((it) => ({
      id: Number(it.id),
      author: textOf(it.user as Json, 'login'),
      body: textOf(it, 'body'),
    }));
  }

  /** Reviews that were submitted, with their comments. */
  async listReviews(repository: string, number: number): Promise<SeenReview[]> {
    const path = `/repos/${repository}/pulls/${number}/reviews?per_page=100`;
    const answer = await look(this.#world, repository, path);
    return (answer ? arrayOf(answer) : []).flatMap((it) => {
      const extras = this.#world.extras.reviews.get(Number(it.id));
      if (it.state === 'PENDING' || extras?.deleted) return [];
      const author = textOf(it.user as Json, 'login');
      return [{ author, body: textOf(it, 'body'), comments: extras?.comments ?? [] }];
    });
  }

  /** Reactions to a comment, as `login content`. */
  reactionsTo(repository: string, commentId: number): string[] {
    const known = this.#world.extras.reactions.get(`/repos/${repository}/issues/comments/${commentId}`) ?? [];
    return known.map(({ login, content }) => `${login} ${content}`);
  }

  /** Any other request, as a user; answers the JSON of the answer. */
  async request(repository: string, route: string, body?: Json, as?: string): Promise<Json> {
    const options = as === undefined ? {} : { as };
    return objectOf(await act(this.#world, repository, route, body, options));
  }

  async #tellOfCheckRun(repository: string, id: number, who: string, payload: Json): Promise<void> {
    const answer = await look(this.#world, repository, `/repos/${repository}/check-runs/${id}`);
    if (!answer) throw new Error(`no check run ${id} in ${repository}`);
    const run = await shown(this.#world, repository, objectOf(answer));
    await announce(this.#world, repository, 'check_run', { ...payload, check_run: run }, who);
  }
}
