import nock from 'nock';
import { describe, expect, it } from 'vitest';
import {
  API,
  commit,
  mint,
  newClient,
  refuseEverythingElse,
  SHA,
  settledClient,
  tokenAnswer,
} from './refused.ts';

refuseEverythingElse();

describe('writes', () => {
  it.each([500, 503])('%i: transient, and sent once only', async (status) => {
    const { client } = await settledClient();
    nock(API).post('/graphql').reply(status, {});
    await expect(commit(client)).rejects.toMatchObject({ name: 'TransientError', code: 'unavailable' });
    nock(API).post('/repos/acme/shop/actions/runs/1/rerun-failed-jobs').reply(status, {});
    await expect(client.rerunFailedJobs('1')).rejects.toMatchObject({ name: 'TransientError' });
  });

  it('no answer: transient, and sent once only', async () => {
    const { client } = await settledClient({ throttle: true });
    nock(API).post('/graphql').replyWithError('reset');
    await expect(commit(client)).rejects.toMatchObject({ name: 'TransientError', code: 'network' });
  });

  it('GraphQL without the mutation, or without GraphQL: by REST', async () => {
    for (const old of [
      { status: 404, body: {} },
      { status: 200, body: { errors: [{ message: '?', extensions: { code: 'undefinedField' } }] } },
    ]) {
      const { client } = await settledClient();
      nock(API).post('/graphql').reply(old.status, old.body);
      nock(API).get('/repos/acme/shop/git/ref/heads/topic').reply(404, {});
      expect(await commit(client)).toEqual({ status: 'gone' });
    }
  });

  it.each([
    ['FORBIDDEN', 'PermanentError', 'forbidden'],
    ['UNPROCESSABLE', 'PermanentError', 'refused'],
    ['STALE_DATA', 'TransientError', 'unavailable'],
    [undefined, 'TransientError', 'unavailable'],
  ])('GraphQL says %s while the branch stands where it should: %s %s', async (type, name, code) => {
    const { client } = await settledClient();
    nock(API)
      .post('/graphql')
      .reply(200, { data: null, errors: [{ type, message: 'no' }] });
    nock(API)
      .get('/repos/acme/shop/git/ref/heads/topic')
      .reply(200, { object: { sha: SHA } });
    await expect(commit(client)).rejects.toMatchObject({ name, code });
  });

  it('an Enterprise Server has GraphQL beside its REST API', async () => {
    const enterprise = `${API}/api/v3`;
    const { client: there, installationId } = newClient({ apiUrl: enterprise }, 0);
    mint(installationId, enterprise).reply(201, tokenAnswer('enterprise'));
    nock(API)
      .post('/api/graphql')
      .reply(200, { data: { createCommitOnBranch: { commit: { oid: SHA } } } });
    expect(await commit(there)).toEqual({ status: 'committed', sha: SHA, via: 'graphql' });
  });
});
