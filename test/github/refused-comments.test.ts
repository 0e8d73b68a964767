import nock from 'nock';
import { describe, expect, it } from 'vitest';
import type { RepositoryClient } from '../../src/github/types.ts';
import { API, refuseEverythingElse, settledClient } from './refused.ts';

refuseEverythingElse();

const REPO = '/repos/acme/shop';
const REACTIONS = `${REPO}/issues/comments/81/reactions`;

/** Each write of comments: how it is asked for, and where it goes. */
const WRITES: [string, 'post' | 'patch', string, (client: RepositoryClient) => Promise<unknown>][] = [
  ['a comment', 'post', `${REPO}/issues/7/comments`, (client) => client.createComment(7, 'text')],
  ['its edit', 'patch', `${REPO}/issues/comments/81`, (client) => client.updateComment('81', 'text')],
  ['a reaction', 'post', REACTIONS, (client) => client.react('81', '+1')],
];

describe.each(WRITES)('%s', (_name, method, path, write) => {
  it.each([
    [403, {}, 'GitHubRefusal', 'forbidden'],
    [409, {}, 'GitHubRefusal', 'conflict'],
    [422, {}, 'GitHubRefusal', 'validation_failed'],
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

describe.each([404, 410])('%i', (status) => {
  it('means that a comment is gone, and so is what would be done to it', async () => {
    const { client } = await settledClient();
    nock(API).patch(`${REPO}/issues/comments/81`).reply(status, {});
    expect(await client.updateComment('81', 'text')).toBe(false);
    nock(API).post(REACTIONS).reply(status, {});
    expect(await client.react('81', 'confused')).toBe(false);
  });

  it('to a new comment is a refusal: the pull request is gone', async () => {
    const { client } = await settledClient();
    nock(API).post(`${REPO}/issues/7/comments`).reply(status, {});
    await expect(client.createComment(7, 'text')).rejects.toMatchObject({ name: 'GitHubRefusal' });
  });
});

describe('comments', () => {
  it('are read page by page, whoever wrote them', async () => {
    const { client } = await settledClient();
    const page = (from: number, count: number) =>
      Array.from({ length: count }, (_none, index) => ({ id: from + index, body: null, user: null }));
    const list = nock(API).get(`${REPO}/issues/7/comments`);
    list.query({ per_page: 100, page: 1 }).reply(200, page(1, 100));
    const own = { id: 101, body: 'text', user: { login: 'checkmend[bot]' } };
    nock(API).get(`${REPO}/issues/7/comments`).query({ per_page: 100, page: 2 }).reply(200, [own]);
    const comments = await client.listComments(7);
    expect(comments).toHaveLength(101);
    expect(comments[0]).toEqual({ id: '1', body: '', authorLogin: null });
    expect(comments[100]).toEqual({ id: '101', body: 'text', authorLogin: 'checkmend[bot]' });
  });

  it('over what GitHub takes are shortened by bytes, not refused', async () => {
    const { client } = await settledClient();
    let sent = '';
    nock(API)
      .post(`${REPO}/issues/7/comments`, (body: { body: string }) => {
        sent = body.body;
        return true;
      })
      .reply(201, { id: 5, body: '', user: null });
    expect(await client.createComment(7, 'ü'.repeat(60_000))).toBe('5');
    expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(65_535);
    expect(sent).toContain('cut: longer than GitHub takes');
  });
});

describe('what a person may do', () => {
  const route = () => nock(API).get(`${REPO}/collaborators/ann/permission`);

  it.each([
    [403, {}, 'GitHubRefusal', 'forbidden'],
    [451, {}, 'GitHubRefusal', 'refused'],
    [429, { 'retry-after': '7' }, 'TransientError', 'rate_limited'],
    [403, { 'retry-after': '60' }, 'TransientError', 'rate_limited'],
  ])('answered %i %o is a %s %s', async (status, headers, name, code) => {
    const { client } = await settledClient();
    route().reply(status, {}, headers);
    await expect(client.getPermission('ann')).rejects.toMatchObject({ name, code });
  });

  it('is asked for twice where GitHub does not answer, and is then transient', async () => {
    const { client } = await settledClient();
    route().twice().reply(503, {});
    await expect(client.getPermission('ann')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('in words that are not known is nothing', async () => {
    const { client } = await settledClient();
    route().reply(200, { permission: 'superb' });
    expect(await client.getPermission('ann')).toBe('none');
  });
});
