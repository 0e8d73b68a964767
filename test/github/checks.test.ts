import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckAnnotation, CheckRunReport } from '../../src/github/types.ts';
import type { OpenedPullRequest } from '../support/github/scenario/pulls.ts';
import { type Bench, REPOSITORY, startBench } from './support.ts';

describe('check runs', () => {
  let bench: Bench;
  let pull: OpenedPullRequest;

  beforeAll(async () => {
    bench = await startBench();
    pull = await bench.github.scenario.openPullRequest(REPOSITORY, { files: { 'a.py': 'x=2\n' } });
  });
  afterAll(() => bench.github.close());

  const report = (extra: Partial<CheckRunReport> = {}): CheckRunReport => ({
    name: 'Checkmend',
    headSha: pull.headSha,
    externalId: 'report-1',
    status: 'completed',
    conclusion: 'neutral',
    title: 'One thing to mend',
    summary: 'A file is not formatted.',
    ...extra,
  });
  const annotation = (line: number): CheckAnnotation => ({
    path: 'a.py',
    startLine: line,
    endLine: line,
    level: 'warning',
    message: `line ${line}`,
    title: `title ${line}`,
  });

  it("reads another App's run with its App, suite and pull requests", async () => {
    const id = await bench.github.scenario.createCheckRun(REPOSITORY, {
      name: 'style',
      headSha: pull.headSha,
      conclusion: 'failure',
      output: { title: 'Style', summary: 'bad', text: 'a.py' },
      detailsUrl: 'https://ci.example/1',
    });
    const run = await bench.client.getCheckRun(String(id));
    expect(run).toMatchObject({
      id: String(id),
      name: 'style',
      headSha: pull.headSha,
      status: 'completed',
      conclusion: 'failure',
      appSlug: 'other-ci',
      detailsUrl: 'https://ci.example/1',
      outputTitle: 'Style',
      outputSummary: 'bad',
      outputText: 'a.py',
      annotationsCount: 0,
      pullRequestNumbers: [pull.number],
    });
    expect(run?.suiteId).toMatch(/^\d+$/);
    expect(await bench.client.getCheckRun('4711')).toBeNull();
  });

  it('takes a conclusion that it does not know for other', async () => {
    const id = await bench.github.scenario.createCheckRun(REPOSITORY, {
      name: 'new',
      headSha: pull.headSha,
      conclusion: 'failure',
    });
    const body = {
      ...(await bench.github.scenario.request(REPOSITORY, `GET /repos/${REPOSITORY}/check-runs/${id}`)),
    };
    bench.github.faults.add({ status: 200, body: { ...body, conclusion: 'exploded' } });
    expect(await bench.client.getCheckRun(String(id))).toMatchObject({ conclusion: 'other' });
  });

  it('lists more runs than a page holds', async () => {
    const head = await bench.github.scenario.push(REPOSITORY, pull.branch, { 'many.py': '' });
    const names = Array.from({ length: 130 }, (_, index) => `job ${index}`);
    for (const name of names) {
      await bench.github.scenario.createCheckRun(REPOSITORY, { name, headSha: head, conclusion: 'success' });
    }
    const runs = await bench.client.listCheckRuns(head);
    expect(new Set(runs.map(({ name }) => name))).toEqual(new Set(names));
  });

  it('creates its run once and updates it after, whatever else has its name', async () => {
    await bench.github.scenario.createCheckRun(REPOSITORY, {
      name: 'Checkmend',
      headSha: pull.headSha,
      conclusion: 'failure',
      externalId: 'report-1',
    });
    const first = await bench.client.upsertCheckRun(report());
    expect(
      await bench.client.upsertCheckRun(report({ title: 'Nothing to mend', conclusion: 'success' })),
    ).toBe(first);
    expect(await bench.client.upsertCheckRun(report({ externalId: 'report-2' }))).not.toBe(first);
    expect(await bench.client.getCheckRun(first)).toMatchObject({
      outputTitle: 'Nothing to mend',
      conclusion: 'success',
      appSlug: 'checkmend',
      externalId: 'report-1',
    });
  });

  it('appends annotations, 50 a request and 200 at most', async () => {
    bench.github.requests.clear();
    const annotations = Array.from({ length: 230 }, (_, index) => annotation(index + 1));
    const id = await bench.client.upsertCheckRun(report({ externalId: 'many', annotations }));
    expect(bench.github.requests.count('POST /repos/*/*/check-runs')).toBe(1);
    expect(bench.github.requests.count('PATCH /repos/*/*/check-runs/*')).toBe(3);
    const written = await bench.client.listAnnotations(id);
    expect(written).toEqual(annotations.slice(0, 200));
  });

  it('writes nothing that GitHub refuses', async () => {
    const tooMuch = report({
      externalId: 'limits',
      title: `${'t'.repeat(254)}😀`,
      summary: 'é'.repeat(60_000),
      text: 'x'.repeat(70_000),
      annotations: [{ ...annotation(0), endLine: -3, message: '', title: '' }],
      actions: ['one', 'two', 'three', 'four'].map((label) => ({
        label: label.repeat(10),
        description: 'd'.repeat(60),
        identifier: label,
      })),
    });
    const id = await bench.client.upsertCheckRun(tooMuch);
    const run = await bench.client.getCheckRun(id);
    expect(run?.outputTitle).toBe('t'.repeat(254));
    expect(Buffer.byteLength(run?.outputSummary ?? '')).toBeLessThanOrEqual(65_535);
    expect(run?.outputSummary).toMatch(/é\n\n… \(cut/);
    expect(Buffer.byteLength(run?.outputText ?? '')).toBeLessThanOrEqual(65_535);
    const [seen] = (await bench.github.scenario.listCheckRuns(REPOSITORY, pull.headSha)).filter(
      (it) => it.id === Number(id),
    );
    expect(seen?.actions.map(({ label }) => String(label).length)).toEqual([20, 20, 20]);
  });
});
