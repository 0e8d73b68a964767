import path from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { FixAttemptRecord, Store, TimelineEntry } from '../../src/store/types.ts';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '../support/github/local-github.ts';
import type { Files } from '../support/github/scenario/git.ts';
import type { OpenedPullRequest, PullRequestScenario } from '../support/github/scenario/pulls.ts';
import { freePort } from '../support/service/free-port.ts';
import { ServiceProcess } from '../support/service/service-process.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';
import { fixture, until } from './support.ts';

/** A file that the formatter would change, and what it would make of it. */
export const UGLY = fixture('format/before/prices.py');
export const PRETTY = fixture('format/after/prices.py');
/** Logs of jobs. */
export const FORMAT_LOG = fixture('format/job.log');
export const RUNNER_LOG = fixture('infrastructure/job.log');
export const PYTEST_LOG = fixture('test/job.log');

/** How a story begins. */
export interface StorySettings {
  github?: LocalGitHubOptions;
  env?: Record<string, string>;
}

/** A pull request of a story, with the repository that it belongs to. */
export interface Pull extends OpenedPullRequest {
  repository: string;
}

/**
 * Longest wait for a fix, in milliseconds: the lease of a service that was killed has to lapse (30 s), the look at the
 * repositories comes up to 30 s after a start, and then there is the work.
 */
const LONGEST_MS = 120_000;

/** A local GitHub, the service in a process of its own, and what a reader of its timeline sees. */
export class Story implements AsyncDisposable {
  readonly github: LocalGitHub;
  readonly folder: string;
  readonly #settings: Parameters<typeof ServiceProcess.start>[0];
  readonly #cleanup: () => void;
  #service: ServiceProcess | undefined;
  #store: Store | undefined;

  private constructor(
    github: LocalGitHub,
    settings: Parameters<typeof ServiceProcess.start>[0],
    cleanup: () => void,
  ) {
    this.github = github;
    this.folder = settings.dataDir;
    this.#settings = settings;
    this.#cleanup = cleanup;
  }

  static async begin({ github: options = {}, env = {} }: StorySettings = {}): Promise<Story> {
    const folder = temporaryFolder();
    const github = await startLocalGitHub(options);
    const { id: appId, privateKey, webhookSecret } = github.app;
    const [port, dataDir] = [await freePort(), folder.path];
    const settings = { apiUrl: github.url, appId, privateKey, webhookSecret, port, dataDir, env };
    const story = new Story(github, settings, () => folder[Symbol.dispose]());
    await story.start();
    return story;
  }

  get scenario() {
    return this.github.scenario;
  }

  async start(): Promise<void> {
    this.#service = await ServiceProcess.start(this.#settings);
    this.github.hooks.setTarget(this.#service.webhookUrl);
  }

  async kill(): Promise<void> {
    await this.#service?.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#service?.end('SIGTERM');
  }

  /** A repository `acme/<name>`. @param policy text of its `.github/checkmend.yml`, or null for none */
  async repository(name: string, policy: string | null, files: Files = {}): Promise<string> {
    const repository = `acme/${name}`;
    const own = policy === null ? { 'README.md': '# Shop\n' } : { '.github/checkmend.yml': policy };
    await this.scenario.createRepository(repository, { files: { ...own, ...files } });
    return repository;
  }

  /** A pull request from the branch `topic` that adds a badly formatted file. */
  async openPull(repository: string, changes: Partial<PullRequestScenario> = {}): Promise<Pull> {
    const scenario = { branch: 'topic', files: { 'prices.py': UGLY }, ...changes };
    return { ...(await this.scenario.openPullRequest(repository, scenario)), repository };
  }

  /** A job of the head fails, by default the formatter's; answers its run. */
  async fail(pull: Pull, { name = 'format', log = FORMAT_LOG, headSha = pull.headSha } = {}) {
    const headBranch = pull.headRepository === pull.repository ? pull.branch : null;
    const jobs = [{ name, conclusion: 'failure', log }];
    return await this.scenario.runActions(pull.repository, { headSha, headBranch, jobs });
  }

  /** A job of the head passes, by default the formatter's. */
  async pass(pull: Pull, { name = 'format' } = {}) {
    const headBranch = pull.headRepository === pull.repository ? pull.branch : null;
    const jobs = [{ name, conclusion: 'success' }];
    return await this.scenario.runActions(pull.repository, { headSha: pull.headSha, headBranch, jobs });
  }

  /** Commits on the head branch that carry our mark, newest first. */
  async fixCommits({ headRepository, branch }: Pick<Pull, 'headRepository' | 'branch'>) {
    const commits = await this.scenario.listCommits(headRepository, branch);
    return commits.filter(({ message }) => message.includes('Checkmend-Fix: '));
  }

  async store(): Promise<Store> {
    const file = path.join(this.folder, 'checkmend.db');
    this.#store ??= await openSqliteStore({ path: file, clock: systemClock });
    return this.#store;
  }

  /** What `checkmend why` shows of a pull request. */
  async timeline(pull: Pick<Pull, 'repository' | 'number'>): Promise<TimelineEntry[]> {
    const [owner = '', repo = ''] = pull.repository.split('/');
    const store = await this.store();
    return await store.timeline.list({ owner, repo, prNumber: pull.number });
  }

  /** Rules of the refusals of fixes so far. */
  async refusals(pull: Pull): Promise<(string | null)[]> {
    const entries = await this.timeline(pull);
    return entries
      .filter(({ kind, message }) => kind === 'refusal' && !message.startsWith('No report'))
      .map(({ rule }) => rule);
  }

  /** Waits until a rule is in the timeline. */
  async ruled(pull: Pull, rule: string): Promise<TimelineEntry> {
    return await until(
      async () => (await this.timeline(pull)).find((it) => it.rule === rule) ?? null,
      60_000,
    );
  }

  /** Waits until a fix was carried out, by default of any strategy. */
  async applied(pull: Pull, strategy?: string): Promise<FixAttemptRecord> {
    return await until(async () => {
      const rows = await this.attempts(pull);
      return (
        rows.find((row) => row.status === 'applied' && row.strategy === (strategy ?? row.strategy)) ?? null
      );
    }, LONGEST_MS);
  }

  /** What was tried on a pull request, newest first. */
  async attempts(pull: Pull): Promise<FixAttemptRecord[]> {
    const store = await this.store();
    const { id } = await this.scenario.request(pull.repository, `GET /repos/${pull.repository}`);
    return await store.fixAttempts.listByPullRequest(String(id), pull.number);
  }

  /** The report on a commit, once it is completed. */
  async report(pull: Pull, headSha = pull.headSha) {
    return await until(async () => {
      const runs = await this.scenario.listCheckRuns(pull.repository, headSha);
      return runs.find((run) => run.app === this.github.app.slug && run.status === 'completed') ?? null;
    }, 60_000);
  }

  /** Requests that change something, but those for tokens. */
  writes() {
    return this.github.requests.entries.filter(
      ({ method, path: target }) => method !== 'GET' && !target.startsWith('/app/'),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service?.end('SIGKILL');
    await this.#store?.close();
    await this.github.close();
    this.#cleanup();
  }
}
