import { describe, expect, it } from 'vitest';
import { pullRoute, refuseEverythingElse, settledClient } from './refused.ts';

refuseEverythingElse();

describe('what a refused read becomes', () => {
  it.each([
    [403, 'forbidden'],
    [409, 'conflict'],
    [422, 'validation_failed'],
    [451, 'refused'],
  ])('%i: permanent, %s', async (status, code) => {
    const { client } = await settledClient();
    pullRoute().reply(status, { message: 'no' });
    await expect(client.getPullRequest(7)).rejects.toMatchObject({ name: 'GitHubRefusal', code, status });
  });

  it.each([404, 410])('%i: null', async (status) => {
    const { client } = await settledClient();
    pullRoute().reply(status, { message: 'no' });
    expect(await client.getPullRequest(7)).toBeNull();
  });

  it('403 that names a permission: the error names it too', async () => {
    const { client } = await settledClient();
    const headers = { 'x-accepted-github-permissions': 'pull_requests=read' };
    pullRoute().reply(403, { message: 'Resource not accessible by integration' }, headers);
    await expect(client.getPullRequest(7)).rejects.toMatchObject({
      code: 'forbidden',
      acceptedPermissions: 'pull_requests=read',
      message: expect.stringContaining('pull_requests=read'),
    });
  });

  it.each([500, 502, 503, 504])('%i: transient, after a second try', async (status) => {
    const { client } = await settledClient();
    pullRoute().times(2).reply(status, 'Unicorn!', { 'content-type': 'text/html', 'retry-after': '30' });
    await expect(client.getPullRequest(7)).rejects.toMatchObject({
      name: 'TransientError',
      code: 'unavailable',
      retryAfterMs: 30_000,
    });
  });

  it('500 once: the second try answers', async () => {
    const { client } = await settledClient();
    pullRoute().reply(500, {});
    pullRoute().reply(404, {});
    expect(await client.getPullRequest(7)).toBeNull();
  });

  it('nothing: transient, after a second try', async () => {
    const { client } = await settledClient();
    pullRoute()
      .times(2)
      .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    await expect(client.getPullRequest(7)).rejects.toMatchObject({ name: 'TransientError', code: 'network' });
  });

  it.each([
    ['HTML', '<html>', { 'content-type': 'text/html' }],
    ['JSON that was cut', '{"id": 1, "num', { 'content-type': 'application/json' }],
    ['an empty body', '', { 'content-type': 'application/json' }],
  ])('garbage (%s): transient', async (_, body, headers) => {
    const { client } = await settledClient();
    pullRoute().reply(200, body, headers);
    await expect(client.getPullRequest(7)).rejects.toMatchObject({
      name: 'TransientError',
      code: 'unavailable',
    });
  });

  it('JSON of another shape: permanent, and the error names the field', async () => {
    const { client } = await settledClient();
    pullRoute().reply(200, { id: 1, number: 'seven' });
    await expect(client.getPullRequest(7)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'unexpected_response',
      message: expect.stringContaining('number'),
    });
  });
});
