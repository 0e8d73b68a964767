import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { App } from '@octokit/app';
import { Octokit } from '@octokit/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalGitHub } from '../support/github/local-github.ts';
import type { OpenedPullRequest } from '../support/github/scenario/pulls.ts';
import { REPOSITORY, startBench } from './support.ts';

/** A webhook that came in. */
interface Received {
  headers: IncomingHttpHeaders;
  raw: Buffer;
  body: Record<string, never>;
}

describe('the local GitHub', () => {
  let github: LocalGitHub;
  let app: App;
  let pull: OpenedPullRequest;
  let status = 202;
  const received: Received[] = [];
  const receiver = createServer(async (request, response) => {
    const raw = await buffer(request);
    received.push({ headers: request.headers, raw, body: JSON.parse(raw.toString()) });
    response.writeHead(status).end();
  });

  beforeAll(async () => {
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const webhookUrl = `http://127.0.0.1:${(receiver.address() as { port: number }).port}/`;
    ({ github } = await startBench({}, { webhookUrl }));
    const client = Octokit.defaults({
      baseUrl: github.url,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    app = new App({ appId: github.app.id, privateKey: github.app.privateKey, Octokit: client });
    pull = await github.scenario.openPullRequest(REPOSITORY, { files: { 'a.py': 'x=2\n' } });
  });
  afterAll(async () => {
    await github.close();
    receiver.closeAllConnections();
    receiver.close();
  });

  const installation = () => app.getInstallationOctokit(Number(github.app.installationId));

  it('sends webhooks signed, with the installation and ids of their own', async () => {
    const { guid } = await github.hooks.waitFor(
      ({ event, action }) => `${event}.${action}` === 'pull_request.opened',
    );
    const hook = received.find(({ headers }) => headers['x-github-delivery'] === guid);
    expect(guid).toMatch(/^[0-9a-f-]{36}$/);
    expect(hook?.headers['x-hub-signature-256']).toBe(
      `sha256=${createHmac('sha256', github.app.webhookSecret)
        .update(hook?.raw ?? '')
        .digest('hex')}`,
    );
    expect(hook?.body).toMatchObject({
      installation: { id: Number(github.app.installationId) },
      number: pull.number,
      pull_request: { head: { sha: pull.headSha } },
    });
  });

  it('tells of a push, a check and the end of its suite as GitHub does', async () => {
    const sha = await github.scenario.push(REPOSITORY, pull.branch, { 'b.py': '' });
    const pushed = await github.hooks.waitFor(({ action }) => action === 'synchronize');
    expect(pushed.payload).toMatchObject({
      before: pull.headSha,
      after: sha,
      pull_request: { head: { sha } },
    });
    const { jobs } = await github.scenario.runActions(REPOSITORY, {
      headSha: sha,
      headBranch: pull.branch,
      jobs: [
        { name: 'lint', conclusion: 'failure' },
        { name: 'test', conclusion: 'success' },
      ],
    });
    const completed = await github.hooks.waitFor(
      ({ event, action, payload }) =>
        `${event}.${action}` === 'check_run.completed' &&
        (payload.check_run as { id: number }).id === jobs.lint,
    );
    expect(completed.payload).toMatchObject({
      check_run: { app: { slug: 'github-actions' }, pull_requests: [{ number: pull.number }] },
    });
    const suite = await github.hooks.waitFor(({ event }) => event === 'check_suite');
    expect(suite.payload).toMatchObject({ check_suite: { conclusion: 'failure', head_sha: sha } });
    expect(github.hooks.log.filter(({ event }) => event === 'check_suite')).toHaveLength(1);
  });

  it('closes the pull request of a branch that is deleted', async () => {
    const other = await github.scenario.openPullRequest(REPOSITORY, { files: { 'c.py': '' } });
    await github.scenario.deleteBranch(REPOSITORY, other.branch);
    expect(await github.scenario.pullRequest(REPOSITORY, other.number)).toMatchObject({
      state: 'closed',
      head: { sha: other.headSha },
    });
  });

  it('shows deliveries to the App, and sends one again under its id', async () => {
    status = 503;
    await github.scenario.label(REPOSITORY, pull.number, 'broken');
    const failed = await github.hooks.waitFor(({ action }) => action === 'labeled');
    status = 202;
    const { data: page } = await app.octokit.request('GET /app/hook/deliveries', { per_page: 3 });
    expect(page[0]).toMatchObject({ guid: failed.guid, status_code: 503, redelivery: false });
    expect(page.map(({ id }) => id)).toEqual([failed.id, failed.id - 1, failed.id - 2]);
    const rest = await app.octokit.request('GET /app/hook/deliveries', {
      per_page: 100,
      cursor: String(failed.id - 2),
    });
    expect(rest.data[0]?.id).toBe(failed.id - 3);
    const { data: whole } = await app.octokit.request('GET /app/hook/deliveries/{delivery_id}', {
      delivery_id: failed.id,
    });
    expect(whole.request.payload).toMatchObject({ action: 'labeled' });
    await app.octokit.request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: failed.id });
    const again = await github.hooks.waitFor(({ redelivery }) => redelivery);
    expect(again).toMatchObject({ guid: failed.guid, statusCode: 202 });
  });

  it('lists the repositories of the installation', async () => {
    const { data } = await (await installation()).request('GET /installation/repositories');
    expect(data.repositories.map(({ full_name }) => full_name)).toEqual([REPOSITORY]);
  });

  it('takes a reaction once from each', async () => {
    const id = await github.scenario.comment(REPOSITORY, pull.number, '/checkmend why', 'bob');
    const octokit = await installation();
    const react = () =>
      octokit.request('POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', {
        owner: 'acme',
        repo: 'shop',
        comment_id: id,
        content: 'eyes',
      });
    expect((await react()).status).toBe(201);
    expect((await react()).status).toBe(200);
    expect(github.scenario.reactionsTo(REPOSITORY, id)).toEqual(['checkmend[bot] eyes']);
  });

  it('gives the credentials of an App for a code, once', async () => {
    const code = github.manifestCode();
    const convert = () => fetch(`${github.url}/app-manifests/${code}/conversions`, { method: 'POST' });
    expect(await (await convert()).json()).toMatchObject({
      id: 4242,
      webhook_secret: github.app.webhookSecret,
    });
    expect((await convert()).status).toBe(404);
  });

  it('plays faults as often as it is told, before or after the effect', async () => {
    const octokit = await installation();
    const where = { owner: 'acme', repo: 'shop', issue_number: pull.number };
    const say = (body: string) =>
      octokit.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { ...where, body });
    const route = 'POST /repos/*/*/issues/*/comments';
    github.faults.add({ route, status: 502 });
    await expect(say('one')).rejects.toMatchObject({ status: 502 });
    github.faults.add({ route, drop: true, afterEffect: true });
    await expect(say('two')).rejects.toThrow();
    await say('three');
    const said = (await github.scenario.listComments(REPOSITORY, pull.number)).map(({ body }) => body);
    expect(said).toEqual(['/checkmend why', 'two', 'three']);
  });

  it('takes no token that it did not give out', async () => {
    const response = await fetch(`${github.url}/repos/${REPOSITORY}`, {
      headers: { authorization: 'token made-up' },
    });
    expect(response.status).toBe(401);
  });

  it('leaves nothing behind in a process of its own', async () => {
    const file = path.resolve(import.meta.dirname, '../support/github/local-github.ts');
    const script = `
      const { startLocalGitHub } = await import(${JSON.stringify(file)});
      const github = await startLocalGitHub();
      await github.scenario.createRepository('acme/x');
      await github.scenario.openPullRequest('acme/x', { files: { 'a.py': '' } });
      await github.close();
      console.log('closed');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const out = await text(child.stdout);
    const closedAt = performance.now();
    await exited;
    expect(performance.now() - closedAt).toBeLessThan(2000);
    expect(out.trim()).toBe('closed');
  });
});
