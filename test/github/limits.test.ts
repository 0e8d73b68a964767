import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { MemoryLedger } from '../../src/github/memory-ledger.ts';
import { API, commit, newClient, pullRoute, refuseEverythingElse, settledClient } from './refused.ts';

refuseEverythingElse();

describe('limits', () => {
  it('429 with retry-after: transient with that delay, and nothing more is sent until then', async () => {
    const { client, clock } = await settledClient();
    pullRoute().reply(429, { message: 'slow down' }, { 'retry-after': '90' });
    const limited = { name: 'TransientError', code: 'rate_limited', retryAfterMs: 90_000 };
    await expect(client.getPullRequest(7)).rejects.toMatchObject(limited);
    await clock.advance(60_000);
    await expect(client.getPullRequest(7)).rejects.toMatchObject({ ...limited, retryAfterMs: 30_000 });
    await clock.advance(30_000);
    pullRoute().reply(404, {});
    expect(await client.getPullRequest(7)).toBeNull();
  });

  it('one installation that is limited holds up no other', async () => {
    const { client: limited } = await settledClient();
    const { client: other } = await settledClient();
    pullRoute().reply(429, {}, { 'retry-after': '600' });
    await expect(limited.getPullRequest(7)).rejects.toMatchObject({ code: 'rate_limited' });
    pullRoute().reply(404, {});
    expect(await other.getPullRequest(7)).toBeNull();
  });

  it('403 with nothing remaining: until the reset, by the clock of GitHub', async () => {
    const { client } = await settledClient();
    pullRoute().reply(
      403,
      { message: 'API rate limit exceeded' },
      {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '1767226500',
        date: 'Thu, 01 Jan 2026 00:10:00 GMT',
      },
    );
    await expect(client.getPullRequest(7)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 300_000,
    });
  });

  it('a reset that is far off is not believed beyond an hour', async () => {
    const { client } = await settledClient();
    pullRoute().reply(429, {}, { 'retry-after': '864000' });
    await expect(client.getPullRequest(7)).rejects.toMatchObject({ retryAfterMs: 3_600_000 });
  });

  it('403 of a secondary limit without headers: a minute, told by the page it points to', async () => {
    const { client } = await settledClient();
    pullRoute().reply(403, {
      message: 'Bitte warten.',
      documentation_url:
        'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    });
    await expect(client.getPullRequest(7)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 60_000,
    });
  });

  it.each([true, false])("GraphQL's own limit, with throttling %s", async (throttle) => {
    const { client } = await settledClient({ throttle });
    const now = Math.floor(Date.now() / 1000);
    const headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(now + 60),
      date: new Date(now * 1000).toUTCString(),
    };
    nock(API)
      .post('/graphql')
      .reply(200, { errors: [{ type: 'RATE_LIMITED', message: 'no more' }] }, headers);
    await expect(commit(client)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 60_000 });
  });
});

describe('the budget of an installation', () => {
  it('of writes is kept under what GitHub allows, and nothing is sent beyond it', async () => {
    const { client, clock } = await settledClient({ limits: { writesPerMinute: 2, pointsPerMinute: 720 } });
    const rerun = () => client.rerunFailedJobs('9');
    nock(API).post('/repos/acme/shop/actions/runs/9/rerun-failed-jobs').times(3).reply(201, {});
    await rerun();
    await clock.advance(10_000);
    await rerun();
    await expect(rerun()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 50_000 });
    await clock.advance(50_000);
    await rerun();
    await expect(rerun()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 10_000 });
  });

  it('of points counts reads too, by the block', async () => {
    const { client, clock } = await settledClient({ limits: { writesPerMinute: 64, pointsPerMinute: 40 } });
    await clock.advance(60_000);
    pullRoute().times(36).reply(404, {});
    for (let read = 0; read < 36; read++) await client.getPullRequest(7);
    await expect(client.getPullRequest(7)).rejects.toMatchObject({ code: 'rate_limited' });
    await clock.advance(60_000);
    pullRoute().reply(404, {});
    expect(await client.getPullRequest(7)).toBeNull();
  });

  it('is one for all that share a ledger: a limit that one was told of holds for the others', async () => {
    const ledger = new MemoryLedger();
    const one = await settledClient({ ledger });
    const { client: other } = newClient({ ledger, clock: one.clock }, 0, one.installationId);
    pullRoute().reply(429, {}, { 'retry-after': '90' });
    await expect(one.client.getPullRequest(7)).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(other.getPullRequest(7)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 90_000,
    });
  });
});
