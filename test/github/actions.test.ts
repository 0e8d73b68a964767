import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/manual-clock.ts';
import type { OpenedPullRequest } from '../support/github/scenario/pulls.ts';
import { type Bench, clientOf, REPOSITORY, startBench, textOf } from './support.ts';

describe('Actions', () => {
  let bench: Bench;
  let pull: OpenedPullRequest;

  beforeAll(async () => {
    bench = await startBench();
    pull = await bench.github.scenario.openPullRequest(REPOSITORY, { files: { 'a.py': 'x=2\n' } });
  });
  afterAll(() => bench.github.close());

  const run = (jobs: { name: string; conclusion?: string; log?: string }[]) =>
    bench.github.scenario.runActions(REPOSITORY, { headSha: pull.headSha, headBranch: pull.branch, jobs });

  it('reads runs and jobs; a job has the id of its check run', async () => {
    const { runId, jobs } = await run([
      { name: 'lint', conclusion: 'failure' },
      { name: 'test', conclusion: 'success' },
    ]);
    expect(await bench.client.getWorkflowRun(String(runId))).toEqual({
      id: String(runId),
      runAttempt: 1,
      status: 'completed',
      conclusion: 'failure',
      headSha: pull.headSha,
      createdAt: expect.any(Number),
    });
    expect(await bench.client.listJobs(String(runId))).toEqual([
      expect.objectContaining({ id: String(jobs.lint), name: 'lint', conclusion: 'failure', runAttempt: 1 }),
      expect.objectContaining({ id: String(jobs.test), name: 'test', conclusion: 'success' }),
    ]);
    expect(await bench.client.getJob(String(jobs.lint))).toMatchObject({ runId: String(runId) });
    expect(await bench.client.getCheckRun(String(jobs.lint))).toMatchObject({
      appSlug: 'github-actions',
      detailsUrl: expect.stringMatching(new RegExp(`/actions/runs/${runId}/job/${jobs.lint}$`)),
    });
    expect(await bench.client.getJob('4711')).toBeNull();
    expect(await bench.client.getWorkflowRun('4711')).toBeNull();
  });

  it('runs the failed jobs again', async () => {
    const { runId, jobs } = await run([
      { name: 'lint', conclusion: 'failure' },
      { name: 'test', conclusion: 'success' },
    ]);
    await bench.client.rerunFailedJobs(String(runId));
    expect(await bench.client.getWorkflowRun(String(runId))).toMatchObject({
      runAttempt: 2,
      status: 'in_progress',
    });
    const again = await bench.client.listJobs(String(runId));
    expect(again.map(({ name, runAttempt }) => `${name} ${runAttempt}`).sort()).toEqual(['lint 2', 'test 1']);
    expect(again.find(({ name }) => name === 'lint')?.id).not.toBe(String(jobs.lint));
    await expect(bench.client.rerunFailedJobs(String(runId))).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('reads a log by its redirect, without credentials', async () => {
    const log = 'first\n'.repeat(100_000);
    const { jobs } = await run([{ name: 'lint', conclusion: 'failure', log }]);
    const found = await bench.client.getJobLog(String(jobs.lint));
    // The storage of the local GitHub refuses a request with an Authorization header.
    expect(found.state === 'available' && (await textOf(found.stream))).toBe(log);
  });

  it('tells the four states of a log by its job', async () => {
    const clock = new ManualClock();
    await clock.advance(Date.now() - clock.now());
    const client = clientOf(bench.github, { clock });
    const { jobs } = await run([
      { name: 'running' },
      { name: 'ended', conclusion: 'failure' },
      { name: 'cancelled', conclusion: 'cancelled' },
      { name: 'deleted', conclusion: 'failure', log: 'gone' },
    ]);
    const stateOf = async (name: string) => (await client.getJobLog(String(jobs[name]))).state;
    expect(await stateOf('running')).toBe('not_yet');
    expect(await stateOf('ended')).toBe('not_yet');
    expect(await stateOf('cancelled')).toBe('never');
    expect(await stateOf('deleted')).toBe('gone');
    await clock.advance(61_000);
    expect(await stateOf('ended')).toBe('gone');
    expect((await client.getJobLog('4711')).state).toBe('gone');
  });

  it('takes storage that fails for a passing failure, and keeps its address out of the error', async () => {
    const storage = createServer((_, response) => response.writeHead(503).end());
    storage.listen(0, '127.0.0.1');
    await once(storage, 'listening');
    const location = `http://127.0.0.1:${(storage.address() as { port: number }).port}/secret-address`;
    const route = 'GET /repos/*/*/actions/jobs/*/logs';
    bench.github.faults.add({ route, status: 302, headers: { location } });
    const failing = bench.client.getJobLog('1');
    await expect(failing).rejects.toMatchObject({ name: 'TransientError', code: 'log_unavailable' });
    await expect(failing).rejects.not.toThrow(/secret-address/);
    storage.close();
    await once(storage, 'close');
    bench.github.faults.add({ route, status: 302, headers: { location } });
    await expect(bench.client.getJobLog('1')).rejects.toMatchObject({
      name: 'TransientError',
      code: 'network',
    });
  });

  it('fails a log that stops in the middle', async () => {
    const clock = new ManualClock();
    const storage = createServer((_, response) => response.writeHead(200).write('half'));
    storage.listen(0, '127.0.0.1');
    await once(storage, 'listening');
    const location = `http://127.0.0.1:${(storage.address() as { port: number }).port}/`;
    bench.github.faults.add({
      route: 'GET /repos/*/*/actions/jobs/*/logs',
      status: 302,
      headers: { location },
    });
    const log = await clientOf(bench.github, { clock }).getJobLog('1');
    if (log.state !== 'available') throw new Error(log.state);
    const reader = log.stream.getReader();
    expect((await reader.read()).value?.toString()).toBe(Buffer.from('half').toJSON().data.join(','));
    const rest = expect(reader.read()).rejects.toMatchObject({ name: 'TransientError', code: 'network' });
    await clock.advance(31_000);
    await rest;
    storage.closeAllConnections();
    storage.close();
  });
});
