import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { LocalGitHub } from '../../test/support/github/local-github.ts';
import type { Files } from '../../test/support/github/scenario/git.ts';
import type { OpenedPullRequest } from '../../test/support/github/scenario/pulls.ts';
import { gitDiff } from './git-diff.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/demo');

/** One pull request of the demo: what happens to it, and how it must end. */
export interface Story {
  title: string;
  /** What is about to be seen, in one line. */
  teaser: string;
  /** Opens the pull request and lets its check fail. */
  begin(github: LocalGitHub, repository: string): Promise<FailingPull>;
  /** What was reached, as lines to print, or null while it is not there yet. */
  ending(github: LocalGitHub, repository: string, pull: FailingPull): Promise<string[] | null>;
}

/** A pull request and the workflow run of its failing check. */
export type FailingPull = OpenedPullRequest & { runId: number };

const read = (file: string) => readFileSync(path.join(fixtures, file), 'utf8');

function files(folder: string, names: readonly string[]): Files {
  return Object.fromEntries(names.map((name) => [name, read(`${folder}/before/${name}`)]));
}

/** A formatter fails, its log shows the change: it becomes a commit. */
const format: Story = {
  title: 'Add prices',
  teaser: 'a badly formatted file; the check "format" fails',
  async begin(github, repository) {
    const changed = files('format', ['prices.py']);
    return await open(github, repository, { branch: 'prices', files: changed, title: this.title }, 'format');
  },
  async ending({ scenario, app }, repository, { branch, headSha }) {
    const commits = await scenario.listCommits(repository, branch);
    const [fix, ...others] = commits.slice(
      0,
      commits.findIndex(({ sha }) => sha === headSha),
    );
    if (!fix?.message.includes('Checkmend-Fix: ') || others.length > 0) return null;
    const before = await scenario.readFile(repository, headSha, 'prices.py');
    const mended = await scenario.readFile(repository, fix.sha, 'prices.py');
    if (!before || mended?.toString() !== read('format/after/prices.py')) return null;
    const report = (await scenario.listCheckRuns(repository, headSha)).find((run) => run.app === app.slug);
    if (report?.conclusion !== 'success') return null;
    return [
      `committed ${fix.sha.slice(0, 7)} on ${branch}: ${fix.message.split('\n')[0]}`,
      ...gitDiff('prices.py', before, mended).trimEnd().split('\n'),
    ];
  },
};

/** The runner goes away: the failed job runs again, and passes. */
const infrastructure: Story = {
  title: 'Explain how to run the tests',
  teaser: 'nothing wrong with it; the runner of the check "infrastructure" is shut down',
  async begin(github, repository) {
    const changed = { 'docs/testing.md': read('infrastructure/before/README.md') };
    return await open(
      github,
      repository,
      { branch: 'docs', files: changed, title: this.title },
      'infrastructure',
    );
  },
  async ending({ scenario, app }, repository, { branch, headSha, runId }) {
    const { attempt, jobs } = scenario.workflowRun(runId);
    if (attempt !== 2) return null;
    const report = (await scenario.listCheckRuns(repository, headSha)).find((run) => run.app === app.slug);
    if (!report || (await scenario.branchHead(repository, branch)) !== headSha) return null;
    for (const { id } of jobs) await scenario.completeCheckRun(repository, id, 'success');
    return ['re-ran the failed job, which passed the second time; no commit'];
  },
};

/** A real test failure: a report, and no commit. */
const test: Story = {
  title: 'Reserve stock',
  teaser: 'a real bug; the check "test" fails',
  async begin(github, repository) {
    const changed = files('test', ['stock.py', 'tests/test_stock.py']);
    return await open(github, repository, { branch: 'stock', files: changed, title: this.title }, 'test');
  },
  async ending({ scenario, app }, repository, { branch, headSha }) {
    const report = (await scenario.listCheckRuns(repository, headSha)).find((run) => run.app === app.slug);
    if (report?.status !== 'completed' || (await scenario.branchHead(repository, branch)) !== headSha)
      return null;
    const name = /test_reserve_refuses_more_than_there_is/.exec(report.summary ?? '')?.[0];
    const place = /tests\/test_stock\.py:13/.exec(report.summary ?? '')?.[0];
    if (report.conclusion !== 'neutral' || !name || !place) return null;
    return [`reported, no commit: ${report.title}`, `failing test: ${name}`, `location: ${place}`];
  },
};

/** Opens a pull request, and lets an Actions job of the folder's name fail with the folder's log. */
async function open(
  { scenario }: LocalGitHub,
  repository: string,
  change: { branch: string; files: Files; title: string },
  folder: string,
): Promise<FailingPull> {
  const pull = await scenario.openPullRequest(repository, change);
  const { runId } = await scenario.runActions(repository, {
    headSha: pull.headSha,
    headBranch: pull.branch,
    jobs: [{ name: folder, conclusion: 'failure', log: read(`${folder}/job.log`) }],
  });
  return { ...pull, runId };
}

/** In the order of the demo. */
export const STORIES: readonly Story[] = [format, infrastructure, test];

/** Policy of the demo's repository. */
export const POLICY = 'mode: fix\nquiet_period: 0s\nwait_for_suite: false\n';
