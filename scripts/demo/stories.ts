import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { LocalGitHub } from '../../test/support/local-github/local-github.ts';
import type { Files, OpenedPull } from '../../test/support/local-github/scenario.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/demo');

/** One pull request of the demo: what happens to it, and how it must end. */
export interface Story {
  title: string;
  /** What is about to be seen, in one line. */
  teaser: string;
  /** Opens the pull request and lets its check fail. */
  begin(github: LocalGitHub, repository: string): Promise<OpenedPull>;
  /** What was reached, as lines to print, or null while it is not there yet. */
  ending(github: LocalGitHub, pull: OpenedPull): Promise<string[] | null>;
}

const read = (file: string) => readFileSync(path.join(fixtures, file), 'utf8');

function files(folder: string, names: readonly string[]): Files {
  return Object.fromEntries(names.map((name) => [name, read(`${folder}/before/${name}`)]));
}

/** A formatter fails, its log shows the change: it becomes a commit. */
const format: Story = {
  title: 'Add prices',
  teaser: 'a badly formatted file; the check "format" fails',
  async begin(github, repository) {
    const pull = await github.scenario.openPullRequest(
      repository,
      'prices',
      files('format', ['prices.py']),
      this.title,
    );
    await github.scenario.actionsRun(pull, {
      name: 'format',
      conclusion: 'failure',
      log: read('format/job.log'),
    });
    return pull;
  },
  async ending({ scenario }, { repository, branch, headSha }) {
    const commits = await scenario.commits(repository, branch);
    const [fix, ...others] = commits.slice(
      0,
      commits.findIndex(({ sha }) => sha === headSha),
    );
    if (!fix?.message.includes('Checkmend-Fix: ') || others.length > 0) return null;
    if ((await scenario.readFile(repository, branch, 'prices.py')) !== read('format/after/prices.py'))
      return null;
    const [report] = await scenario.ownCheckRuns(repository, headSha);
    if (report?.conclusion !== 'success') return null;
    const diff = /```diff\n([\s\S]*?)```/.exec(report.output.text ?? '')?.[1] ?? '';
    return [
      `committed ${fix.sha.slice(0, 7)} on ${branch}: ${fix.message.split('\n')[0]}`,
      ...diff.trimEnd().split('\n'),
    ];
  },
};

const reruns = new Map<number, number>();

/** The runner goes away: the failed job runs again, and passes. */
const infrastructure: Story = {
  title: 'Explain how to run the tests',
  teaser: 'nothing wrong with it; the runner of the check "integration" is shut down',
  async begin(github, repository) {
    const changed = { 'docs/testing.md': read('infrastructure/before/README.md') };
    const pull = await github.scenario.openPullRequest(repository, 'docs', changed, this.title);
    const job = { name: 'integration', conclusion: 'failure', log: read('infrastructure/job.log') };
    const { runId } = await github.scenario.actionsRun(pull, job);
    reruns.set(pull.number, runId);
    return pull;
  },
  async ending({ scenario, actions }, { repository, branch, number, headSha }) {
    const runId = reruns.get(number) ?? 0;
    if (actions.attempt(runId) !== 2) return null;
    const [job = 0] = actions.latestJobs(runId);
    await scenario.completeCheck(repository, job, 'success');
    const [report] = await scenario.ownCheckRuns(repository, headSha);
    if (!report || (await scenario.head(repository, branch)) !== headSha) return null;
    return ['re-ran the failed job, which passed the second time; no commit'];
  },
};

/** A real test failure: a report, and no commit. */
const test: Story = {
  title: 'Reserve stock',
  teaser: 'a real bug; the check "test" fails',
  async begin(github, repository) {
    const changed = files('test', ['stock.py', 'tests/test_stock.py']);
    const pull = await github.scenario.openPullRequest(repository, 'stock', changed, this.title);
    await github.scenario.actionsRun(pull, {
      name: 'test',
      conclusion: 'failure',
      log: read('test/job.log'),
    });
    return pull;
  },
  async ending({ scenario }, { repository, branch, headSha }) {
    const [report] = await scenario.ownCheckRuns(repository, headSha);
    if (report?.status !== 'completed' || (await scenario.head(repository, branch)) !== headSha) return null;
    const { title, summary } = report.output;
    const name = /test_reserve_refuses_more_than_there_is/.exec(summary ?? '')?.[0];
    const place = /tests\/test_stock\.py:13/.exec(summary ?? '')?.[0];
    if (report.conclusion !== 'neutral' || !name || !place) return null;
    return [`reported, no commit: ${title}`, `failing test: ${name}`, `location: ${place}`];
  },
};

/** In the order of the demo. */
export const STORIES: readonly Story[] = [format, infrastructure, test];

/** Policy of the demo's repository. */
export const POLICY = 'mode: fix\nquiet_period: 0s\nwait_for_suite: false\n';
