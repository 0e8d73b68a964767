import nock from 'nock';
import { describe, expect, it } from 'vitest';
import type { ManualClock } from '../../src/manual-clock.ts';
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

  it('401 also on the new one: transient, with a wait that grows', async () => {
    const { client, clock } = await settledClient({}, 4);
    const outcomes: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      // The one in hand, the new one, and the new one a second later.
      pullRoute().times(3).reply(401, {});
      const outcome = client.getPullRequest(7).then(String, ({ code, retryAfterMs }) => [code, retryAfterMs]);
      await waiting(clock);
      await clock.advance(1000);
      outcomes.push(await outcome);
      await clock.advance(6000);
    }
    expect(outcomes).toEqual([
      ['token_refused', 5000],
      ['token_refused', 10_000],
      ['token_refused', 20_000],
    ]);
  });

  it.each([401, 403])('%i on a token a moment old: one more try, a second later', async (status) => {
    const { client: young, clock } = newClient();
    pullRoute().reply(status, {});
    pullRoute().reply(404, {});
    const answer = young.getPullRequest(7);
    await waiting(clock);
    await clock.advance(1000);
    expect(await answer).toBeNull();
  });

  it('404 for the installation: gone, never taken for a missing pull request', async () => {
    const { client: orphan, installationId } = newClient({}, 0);
    mint(installationId).reply(404, { message: 'Not Found' });
    await expect(orphan.getPullRequest(7)).rejects.toMatchObject({ name: 'PermanentError', code: 'gone' });
  });

  it.each([
    'This installation has been suspended',
    'Sorry. This installation owned by acme suspended your access at 2026-11-28T07:00:00Z.',
  ])('403 with "%s" to a token from before: suspended, at once', async (message) => {
    const { client: known } = await settledClient();
    pullRoute().reply(403, { message });
    await expect(known.getPullRequest(7)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'suspended',
    });
    const { client: young } = newClient();
    pullRoute().reply(403, { message });
    await expect(young.getPullRequest(7)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'suspended',
    });
  });

  it.each([
    [401, 'TransientError', 'app_unauthorized'],
    [403, 'PermanentError', 'suspended'],
    [500, 'TransientError', 'unavailable'],
  ])('%i for a token: %s %s', async (status, name, code) => {
    const { client: refused, installationId } = newClient({}, 0);
    mint(installationId)
      .times(status === 500 ? 2 : 1)
      .reply(status, {});
    await expect(refused.getPullRequest(7)).rejects.toMatchObject({ name, code });
  });
});

/** Until somebody waits for the clock. */
async function waiting(clock: ManualClock): Promise<void> {
  while (clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve));
}
