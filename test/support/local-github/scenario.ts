import type { Actions, EmulatedCheckRun } from './actions.ts';
import { APP } from './app.ts';
import type { CheckRunApps } from './check-runs.ts';
import type { Deliveries } from './deliveries.ts';
import type { EmulatedPull, LivePulls } from './pulls.ts';
import type { Upstream } from './upstream.ts';

/** Files of a commit: path to text, or null to delete. */
export type Files = Readonly<Record<string, string | null>>;

/** A pull request that a scenario opened. */
export interface OpenedPull {
  repository: string;
  number: number;
  branch: string;
  headSha: string;
}

/** Parts of the local GitHub that a scenario moves. */
export interface ScenarioParts {
  actions: Actions;
  checkRunApps: CheckRunApps;
  deliveries: Deliveries;
  pulls: LivePulls;
}

/** What people and CI systems do on the local GitHub; everything goes through the emulator's REST API. */
export class Scenario {
  readonly #upstream: Upstream;
  readonly #github: ScenarioParts;

  constructor(upstream: Upstream, github: ScenarioParts) {
    this.#upstream = upstream;
    this.#github = github;
  }

  /** Creates `octo-shop/<name>` with a first commit; answers `owner/name`. */
  async createRepository(name: string, files: Files): Promise<string> {
    await this.#upstream.call('POST', '/user/repos', { name, auto_init: true });
    const repository = `${APP.account}/${name}`;
    if (Object.keys(files).length > 0) await this.commit(repository, 'main', files, 'Add the first files');
    return repository;
  }

  /** Commits on a branch and moves it; answers the sha. */
  async commit(repository: string, branch: string, files: Files, message: string): Promise<string> {
    const head = await this.head(repository, branch);
    if (head === null) throw new Error(`${repository} has no branch ${branch}`);
    const sha = await this.#commitOn(repository, head, files, message);
    await this.#upstream.call('PATCH', `/repos/${repository}/git/refs/heads/${branch}`, { sha });
    this.#github.pulls.pushed(repository, branch);
    await this.announcePush(repository, branch);
    return sha;
  }

  /** Moves a branch to a new commit on `parent`, dropping what was on it. */
  async forcePush(
    repository: string,
    branch: string,
    parent: string,
    files: Files,
    message: string,
  ): Promise<string> {
    const sha = await this.#commitOn(repository, parent, files, message);
    await this.#upstream.call('PATCH', `/repos/${repository}/git/refs/heads/${branch}`, { sha, force: true });
    this.#github.pulls.pushed(repository, branch);
    await this.announcePush(repository, branch);
    return sha;
  }

  /** Opens a pull request from a new branch of the same repository. */
  async openPullRequest(
    repository: string,
    branch: string,
    files: Files,
    title: string,
  ): Promise<OpenedPull> {
    const base = await this.head(repository, 'main');
    const headSha = await this.#commitOn(repository, base ?? '', files, title);
    await this.#upstream.call('POST', `/repos/${repository}/git/refs`, {
      ref: `refs/heads/${branch}`,
      sha: headSha,
    });
    const body = { title, head: branch, base: 'main' };
    const { number } = await this.#upstream.call<EmulatedPull>('POST', `/repos/${repository}/pulls`, body);
    return { repository, number, branch, headSha };
  }

  async closePullRequest({ repository, number }: OpenedPull): Promise<void> {
    await this.#upstream.call('PATCH', `/repos/${repository}/pulls/${number}`, { state: 'closed' });
  }

  async mergePullRequest({ repository, number }: OpenedPull): Promise<void> {
    await this.#upstream.call('PUT', `/repos/${repository}/pulls/${number}/merge`, {});
  }

  async deleteBranch(repository: string, branch: string): Promise<void> {
    await this.#upstream.call('DELETE', `/repos/${repository}/git/refs/heads/${branch}`);
  }

  /** A check of another App that ends at once: comes as `created`, already completed. */
  async check(
    repository: string,
    headSha: string,
    name: string,
    conclusion: string,
    text: string,
  ): Promise<number> {
    const output = { title: name, summary: conclusion, text };
    const body = { name, head_sha: headSha, status: 'completed', conclusion, output };
    return (await this.#upstream.call<{ id: number }>('POST', `/repos/${repository}/check-runs`, body)).id;
  }

  /** An Actions run with one job that ends with a conclusion and a log. */
  async actionsRun(
    { repository, headSha }: Pick<OpenedPull, 'repository' | 'headSha'>,
    job: { name: string; conclusion: string; log?: string | Buffer },
  ): Promise<{ runId: number; jobId: number }> {
    const { runId, jobIds } = await this.#github.actions.start(repository, headSha, [job.name]);
    const [jobId = 0] = jobIds;
    if (job.log !== undefined) this.#github.actions.setLog(jobId, job.log);
    await this.completeCheck(repository, jobId, job.conclusion);
    return { runId, jobId };
  }

  async completeCheck(repository: string, checkRunId: number, conclusion: string): Promise<void> {
    const path = `/repos/${repository}/check-runs/${checkRunId}`;
    await this.#upstream.call('PATCH', path, { status: 'completed', conclusion });
  }

  /** Sha that a branch stands at, or null. */
  async head(repository: string, branch: string): Promise<string | null> {
    const path = `/repos/${repository}/git/ref/heads/${branch}`;
    const ref = await this.#upstream.call<{ object: { sha: string } }>('GET', path).catch(() => null);
    return ref?.object.sha ?? null;
  }

  /** Text of a file on a branch, or null. */
  async readFile(repository: string, branch: string, path: string): Promise<string | null> {
    const found = await this.#upstream
      .call<{ content: string }>('GET', `/repos/${repository}/contents/${path}?ref=${branch}`)
      .catch(() => null);
    return found && Buffer.from(found.content, 'base64').toString('utf8');
  }

  /** Messages and shas of the commits of a branch, newest first. */
  async commits(repository: string, branch: string): Promise<{ sha: string; message: string }[]> {
    const path = `/repos/${repository}/commits?sha=${branch}&per_page=50`;
    const commits = await this.#upstream.call<{ sha: string; commit: { message: string } }[]>('GET', path);
    return commits.map(({ sha, commit }) => ({ sha, message: commit.message }));
  }

  /** Check runs of a commit that the App under test has made. */
  async ownCheckRuns(repository: string, sha: string): Promise<EmulatedCheckRun[]> {
    const path = `/repos/${repository}/commits/${sha}/check-runs`;
    const { check_runs } = await this.#upstream.call<{ check_runs: EmulatedCheckRun[] }>('GET', path);
    return check_runs.filter((run) => this.#github.checkRunApps.own.includes(run.id));
  }

  /** `pull_request.synchronize` for the open pull requests of a branch: the emulator sends none for a push. */
  async announcePush(repository: string, branch: string): Promise<void> {
    const pulls = await this.#github.pulls.listOpen(repository);
    const moved = pulls.filter(
      (pull) => pull.head.ref === branch && pull.head.repo?.full_name === repository,
    );
    if (moved.length === 0) return;
    const full = await this.#upstream.call<object>('GET', `/repos/${repository}`);
    for (const pull of moved) {
      this.#github.deliveries.send('pull_request', {
        action: 'synchronize',
        number: pull.number,
        pull_request: pull,
        repository: full,
        installation: { id: APP.installationId },
      });
    }
  }

  async #commitOn(repository: string, parent: string, files: Files, message: string): Promise<string> {
    const call = <T>(method: string, path: string, body?: object) =>
      this.#upstream.call<T>(method, `/repos/${repository}/git/${path}`, body);
    const base = await call<{ tree: { sha: string } }>('GET', `commits/${parent}`);
    const tree = await call<{ sha: string }>('POST', 'trees', {
      base_tree: base.tree.sha,
      tree: await Promise.all(
        Object.entries(files).map(async ([path, text]) => {
          if (text === null) return { path, mode: '100644', type: 'blob', sha: null };
          const { sha } = await call<{ sha: string }>('POST', 'blobs', { content: text, encoding: 'utf-8' });
          return { path, mode: '100644', type: 'blob', sha };
        }),
      ),
    });
    const commit = await call<{ sha: string }>('POST', 'commits', {
      message,
      tree: tree.sha,
      parents: [parent],
    });
    return commit.sha;
  }
}
