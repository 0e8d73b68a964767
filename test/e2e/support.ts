import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type LocalGitHub, startLocalGitHub } from '../support/github/local-github.ts';
import { freePort } from '../support/service/free-port.ts';
import { ServiceProcess, type ServiceSettings } from '../support/service/service-process.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

export const REPOSITORY = 'acme/shop';

/** A policy that commits at once. */
export const FIX_AT_ONCE = 'mode: fix\nquiet_period: 0s\nwait_for_suite: false\n';

/** A file of the demo's fixtures. */
export function fixture(file: string): string {
  return readFileSync(path.resolve(import.meta.dirname, '../../fixtures/demo', file), 'utf8');
}

/** A local GitHub with one repository, and the settings of a service for it. */
export class Stage implements AsyncDisposable {
  readonly github: LocalGitHub;
  readonly settings: ServiceSettings;
  readonly #folder: ReturnType<typeof temporaryFolder>;

  private constructor(
    github: LocalGitHub,
    settings: ServiceSettings,
    folder: ReturnType<typeof temporaryFolder>,
  ) {
    this.github = github;
    this.settings = settings;
    this.#folder = folder;
  }

  /** @param policy text of `.github/checkmend.yml`, or null for none */
  static async set(policy: string | null, env: Record<string, string> = {}): Promise<Stage> {
    const folder = temporaryFolder();
    const github = await startLocalGitHub();
    const { id: appId, privateKey, webhookSecret } = github.app;
    const files = policy === null ? { 'README.md': '# Shop\n' } : { '.github/checkmend.yml': policy };
    await github.scenario.createRepository(REPOSITORY, { files });
    const port = await freePort();
    const settings = {
      apiUrl: github.url,
      appId,
      privateKey,
      webhookSecret,
      port,
      dataDir: folder.path,
      env,
    };
    return new Stage(github, settings, folder);
  }

  /** Starts the service; webhooks go there from now on. @param command default everything in one process */
  async start(...command: string[]): Promise<ServiceProcess> {
    const settings = command.length > 0 ? { ...this.settings, command } : this.settings;
    const service = await ServiceProcess.start(settings);
    if (command[0] !== 'work' && !command.includes('--pull')) this.github.hooks.setTarget(service.webhookUrl);
    return service;
  }

  /** A pull request with a badly formatted file, without its check. */
  async openPricesPull() {
    return await this.github.scenario.openPullRequest(REPOSITORY, {
      branch: 'prices',
      files: { 'prices.py': fixture('format/before/prices.py') },
    });
  }

  /** Its format check fails, with the log of the formatter. */
  async failFormat(headSha: string) {
    return await this.github.scenario.runActions(REPOSITORY, {
      headSha,
      headBranch: 'prices',
      jobs: [{ name: 'format', conclusion: 'failure', log: fixture('format/job.log') }],
    });
  }

  /** Commits on the branch that carry Checkmend's mark. */
  async fixCommits(branch = 'prices') {
    const commits = await this.github.scenario.listCommits(REPOSITORY, branch);
    return commits.filter(({ message }) => message.includes('Checkmend-Fix: '));
  }

  /** The report of the App on a commit, once it is there and completed. */
  async report(headSha: string) {
    return await until(async () => {
      const runs = await this.github.scenario.listCheckRuns(REPOSITORY, headSha);
      return runs.find((run) => run.app === this.github.app.slug && run.status === 'completed') ?? null;
    }, 60_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.github.close();
    this.#folder[Symbol.dispose]();
  }
}

/** The first answer that is not null; other processes have no other way to tell. @param timeoutMs then it fails; default 45 000 */
export async function until<T>(look: () => Promise<T | null>, timeoutMs = 45_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error('it did not happen in time');
    await wait(50);
  }
}
