import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { API, mint, newClient, pullRoute, refuseEverythingElse, settledClient } from './refused.ts';

refuseEverythingElse();

describe('tokens', () => {
  it('401 on a token in use: another one is minted, and the request goes on', async () => {
    const { client, installationId } = await settledClient({}, 2);
    const by = (token: string) =>
      nock(API, { reqheaders: { authorization: `token ghs_${installationId}_${token}` } }).get(
        '/repos/acme/shop/pulls/7',
      );
    by('1').reply(401, { message: 'Bad credentials' });
    by('2').reply(404, {});
    expect(await client.getPullRequest(7)).toBeNull();
  });

  it('401 also on the new one: transient, but not for ever', async () => {
    const { client, clock } = await settledClient({}, 4);
    const outcomes: string[] = [];
    for (let round = 0; round < 3; round++) {
      pullRoute().times(2).reply(401, {});
      outcomes.push(await client.getPullRequest(7).then(String, (error) => `${error.name} ${error.code}`));
      await clock.advance(6000);
    }
    expect(outcomes).toEqual([
      'TransientError token_refused',
      'TransientError token_refused',
      'GitHubRefusal unauthorized',
    ]);
  });

  it.each([401, 403])('%i on a token a moment old: one more try, a second later', async (status) => {
    const { client: young, clock } = newClient();
    pullRoute().reply(status, {});
    pullRoute().reply(404, {});
    const answer = young.getPullRequest(7);
    while (clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1000);
    expect(await answer).toBeNull();
  });

  it('404 for the installation: gone, never taken for a missing pull request', async () => {
    const { client: orphan, installationId } = newClient({}, 0);
    mint(installationId).reply(404, { message: 'Not Found' });
    await expect(orphan.getPullRequest(7)).rejects.toMatchObject({ name: 'PermanentError', code: 'gone' });
  });

  it.each([
    [401, 'GitHubRefusal', 'unauthorized'],
    [403, 'GitHubRefusal', 'forbidden'],
    [500, 'TransientError', 'unavailable'],
  ])('%i for a token: %s %s', async (status, name, code) => {
    const { client: refused, installationId } = newClient({}, 0);
    mint(installationId)
      .times(status === 500 ? 2 : 1)
      .reply(status, {});
    await expect(refused.getPullRequest(7)).rejects.toMatchObject({ name, code });
  });
});
