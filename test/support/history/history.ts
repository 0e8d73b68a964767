import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Delivery } from '../github/hooks.ts';
import { type LocalGitHub, startLocalGitHub } from '../github/local-github.ts';

export const HISTORY_REPOSITORY = 'acme/shop';

const demo = (file: string) =>
  readFileSync(path.resolve(import.meta.dirname, '../../../fixtures/demo', file), 'utf8');

/** A GitHub at the end of a history of some pull requests, and every delivery that the history led to. */
export interface History extends AsyncDisposable {
  github: LocalGitHub;
  deliveries: readonly Delivery[];
}

/** Plays a history of at least so many deliveries; none of them is sent to anybody. */
export async function playHistory(atLeast: number): Promise<History> {
  const github = await startLocalGitHub();
  const { scenario, hooks } = github;
  const policy = 'mode: fix\nquiet_period: 0s\nwait_for_suite: false\n';
  await scenario.createRepository(HISTORY_REPOSITORY, {
    files: { '.github/checkmend.yml': policy, 'README.md': '# Shop\n' },
  });
  // Green there: what fails alike in several pull requests would else be held, by which of them is known first.
  const headSha = (await scenario.branchHead(HISTORY_REPOSITORY, 'main')) ?? '';
  const passed = ['format', 'test', 'docs'].map((name) => ({ name, conclusion: 'success', log: 'ok\n' }));
  await scenario.runActions(HISTORY_REPOSITORY, { headSha, headBranch: 'main', jobs: passed });
  const deliveries = () => hooks.log.filter(({ event }) => event !== 'push');
  for (let n = 0; deliveries().length < atLeast; n++) {
    await playPullRequest(github, n);
    await hooks.settled();
  }
  return {
    github,
    deliveries: deliveries(),
    [Symbol.asyncDispose]: () => github.close(),
  };
}

async function playPullRequest({ scenario }: LocalGitHub, n: number): Promise<void> {
  const branch = `topic-${n}`;
  const files = { 'prices.py': `${demo('format/before/prices.py')}# ${n}\n` };
  const pull = await scenario.openPullRequest(HISTORY_REPOSITORY, { branch, files });
  await scenario.label(HISTORY_REPOSITORY, pull.number, 'python');
  await runChecks(scenario, pull.headSha, branch, n);
  if (n % 3 === 0) {
    // The head moves on: what was found of the old one is of no use any more.
    const sha = await scenario.push(HISTORY_REPOSITORY, branch, { 'prices.py': `${files['prices.py']}#\n` });
    await runChecks(scenario, sha, branch, n + 1);
  }
  if (n % 4 === 1) await scenario.close(HISTORY_REPOSITORY, pull.number);
  if (n % 4 === 2) await scenario.label(HISTORY_REPOSITORY, pull.number, 'ready');
  if (n % 5 === 4) {
    await scenario.close(HISTORY_REPOSITORY, pull.number);
    await scenario.reopen(HISTORY_REPOSITORY, pull.number);
  }
}

async function runChecks(
  scenario: LocalGitHub['scenario'],
  headSha: string,
  headBranch: string,
  n: number,
): Promise<void> {
  const jobs = [
    { name: 'format', conclusion: 'failure', log: demo('format/job.log') },
    { name: 'test', conclusion: n % 2 === 0 ? 'failure' : 'success', log: demo('test/job.log') },
    { name: 'docs', conclusion: 'success', log: 'ok\n' },
  ];
  await scenario.runActions(HISTORY_REPOSITORY, { headSha, headBranch, jobs });
}
