import nock from 'nock';
import { describe, expect, it } from 'vitest';
import type { RepositoryClient } from '../../src/github/types.ts';
import { API, refuseEverythingElse, SHA, settledClient } from './refused.ts';

refuseEverythingElse();

const REPO = '/repos/acme/shop';
const review = { pullNumber: 7, commitSha: SHA, body: '', comments: [] };

/** Each write of a strategy: how it is asked for, and where it goes. */
const WRITES: [string, 'post' | 'put' | 'delete', string, (client: RepositoryClient) => Promise<unknown>][] =
  [
    ['a review', 'post', `${REPO}/pulls/7/reviews`, (client) => client.createReview(review)],
    ['its removal', 'delete', `${REPO}/pulls/7/reviews/3`, (client) => client.deletePendingReview(7, '3')],
    ['a branch', 'post', `${REPO}/git/refs`, (client) => client.createBranch('checkmend/x', SHA)],
    [
      'a pull request',
      'post',
      `${REPO}/pulls`,
      (client) => client.openPullRequest({ head: 'checkmend/x', base: 'main', title: 'x', body: '' }),
    ],
    ['an update', 'put', `${REPO}/pulls/7/update-branch`, (client) => client.updateBranch(7, SHA)],
    ['a re-run', 'post', `${REPO}/actions/runs/1/rerun-failed-jobs`, (client) => client.rerunFailedJobs('1')],
  ];

describe.each(WRITES)('%s', (_name, method, path, write) => {
  it.each([
    [403, {}, 'GitHubRefusal', 'forbidden'],
    [409, {}, 'GitHubRefusal', 'conflict'],
    [451, {}, 'GitHubRefusal', 'refused'],
    [500, {}, 'TransientError', 'unavailable'],
    [503, {}, 'TransientError', 'unavailable'],
    [429, { 'retry-after': '7' }, 'TransientError', 'rate_limited'],
    [403, { 'retry-after': '60' }, 'TransientError', 'rate_limited'],
  ])('answered %i %o is a %s %s, and is sent once only', async (status, headers, name, code) => {
    const { client } = await settledClient();
    nock(API)[method](path).reply(status, {}, headers);
    await expect(write(client)).rejects.toMatchObject({ name, code });
  });

  it('without an answer is transient, and sent once only', async () => {
    const { client } = await settledClient();
    nock(API)[method](path).replyWithError('reset');
    await expect(write(client)).rejects.toMatchObject({ name: 'TransientError', code: 'network' });
  });
});

describe('422', () => {
  it('for a review is told apart, so that it can be made smaller', async () => {
    const { client } = await settledClient();
    nock(API).post(`${REPO}/pulls/7/reviews`).reply(422, { message: 'Unprocessable Entity' });
    await expect(client.createReview(review)).rejects.toMatchObject({ code: 'validation_failed' });
  });

  it('for a branch means that it is there, if it is', async () => {
    const { client } = await settledClient();
    nock(API).post(`${REPO}/git/refs`).times(2).reply(422, { message: 'Reference already exists' });
    nock(API)
      .get(`${REPO}/git/ref/heads/checkmend/x`)
      .reply(200, { object: { sha: SHA } });
    expect(await client.createBranch('checkmend/x', SHA)).toBe('exists');
    nock(API).get(`${REPO}/git/ref/heads/checkmend/x`).reply(404, {});
    await expect(client.createBranch('checkmend/x', SHA)).rejects.toMatchObject({
      code: 'validation_failed',
    });
  });

  it('for an update means that the head moved, if it did', async () => {
    const { client } = await settledClient();
    const head = (sha: string) => ({
      id: 1,
      number: 7,
      state: 'open',
      merged_at: null,
      title: '',
      user: null,
      labels: [],
      head: { sha, ref: 'topic', repo: null },
      base: { sha, ref: 'main', repo: { id: 1, full_name: 'acme/shop' } },
      updated_at: '2026-01-01T00:00:00Z',
    });
    nock(API).put(`${REPO}/pulls/7/update-branch`).times(2).reply(422, {});
    nock(API)
      .get(`${REPO}/pulls/7`)
      .reply(200, head('b'.repeat(40)));
    expect(await client.updateBranch(7, SHA)).toBe('moved');
    nock(API).get(`${REPO}/pulls/7`).reply(200, head(SHA));
    await expect(client.updateBranch(7, SHA)).rejects.toMatchObject({ code: 'validation_failed' });
  });

  it('for a pull request is passed on', async () => {
    const { client } = await settledClient();
    nock(API).post(`${REPO}/pulls`).reply(422, { message: 'No commits between main and checkmend/x' });
    const request = { head: 'checkmend/x', base: 'main', title: 'x', body: '' };
    await expect(client.openPullRequest(request)).rejects.toMatchObject({ code: 'validation_failed' });
  });
});

describe('404', () => {
  it('is an answer for what is looked up', async () => {
    const { client } = await settledClient();
    nock(API).get(`${REPO}/collaborators/ghost/permission`).reply(404, {});
    expect(await client.getPermission('ghost')).toBe('none');
    nock(API).get(`${REPO}/compare/${SHA}...${SHA}`).query(true).reply(404, {});
    expect(await client.compareCommits(SHA, SHA)).toBeNull();
    nock(API).delete(`${REPO}/pulls/7/reviews/3`).reply(404, {});
    await client.deletePendingReview(7, '3');
  });
});

describe('permissions', () => {
  it.each([
    [{ permission: 'admin', role_name: 'admin' }, 'admin'],
    [{ permission: 'write', role_name: 'maintain' }, 'maintain'],
    [{ permission: 'write', role_name: 'our own role' }, 'write'],
    [{ permission: 'read', role_name: 'triage' }, 'triage'],
    [{ permission: 'none', role_name: '' }, 'none'],
    [{ permission: 'something new' }, 'none'],
  ])('%o are %s', async (body, permission) => {
    const { client } = await settledClient();
    nock(API).get(`${REPO}/collaborators/ann/permission`).reply(200, body);
    expect(await client.getPermission('ann')).toBe(permission);
  });
});
