import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceProcess } from '../support/service/service-process.ts';
import { FIX_AT_ONCE, fixture, REPOSITORY, Stage, until } from './support.ts';

/** The service is a process of its own; GitHub is the emulator; webhooks are signed and come over HTTP. */
describe('a red check on a pull request', () => {
  let stage: Stage;
  let service: ServiceProcess | undefined;

  async function set(policy: string | null, env: Record<string, string> = {}): Promise<void> {
    stage = await Stage.set(policy, env);
    service = await stage.start();
  }

  beforeEach(() => {
    service = undefined;
  });

  afterEach(async () => {
    await service?.end('SIGKILL');
    await stage[Symbol.asyncDispose]();
  });

  const fixOf = () => until(async () => (await stage.fixCommits())[0] ?? null);

  it('becomes a commit on its head branch, and is reported', async () => {
    await set(FIX_AT_ONCE);
    const pull = await stage.openPricesPull();
    await stage.failFormat(pull.headSha);
    const fix = await fixOf();
    expect(fix.parents).toEqual([pull.headSha]);
    const mended = await stage.github.scenario.readFile(REPOSITORY, 'prices', 'prices.py');
    expect(mended?.toString()).toBe(fixture('format/after/prices.py'));
    expect(await stage.report(pull.headSha)).toMatchObject({ name: 'Checkmend', conclusion: 'success' });
    expect(await service?.end('SIGTERM')).toEqual({ code: 0 });
  });

  it('is only reported, with the patch, where the repository has no policy', async () => {
    await set(null);
    const pull = await stage.openPricesPull();
    await stage.failFormat(pull.headSha);
    const report = await stage.report(pull.headSha);
    expect(report.conclusion).toBe('neutral');
    expect(report.text).toContain('+def total(items: list, discount=Decimal("0")) -> Decimal:');
    await service?.end('SIGTERM');
    expect(await stage.fixCommits()).toEqual([]);
    expect(stage.github.requests.count('POST /graphql')).toBe(0);
  });

  it('is only reported where nothing but the pull request itself brings a policy', async () => {
    await set(null);
    const pull = await stage.github.scenario.openPullRequest(REPOSITORY, {
      branch: 'prices',
      files: { 'prices.py': fixture('format/before/prices.py'), '.github/checkmend.yml': FIX_AT_ONCE },
    });
    await stage.failFormat(pull.headSha);
    expect((await stage.report(pull.headSha)).conclusion).toBe('neutral');
    await service?.end('SIGTERM');
    expect(await stage.fixCommits()).toEqual([]);
  });

  it('leads to no write at all in shadow mode', async () => {
    await set(FIX_AT_ONCE, { CHECKMEND_MODE: 'shadow' });
    const pull = await stage.openPricesPull();
    await stage.failFormat(pull.headSha);
    await until(async () =>
      stage.github.requests.count('GET /repos/*/*/actions/jobs/*/logs') > 0 ? true : null,
    );
    await service?.end('SIGTERM');
    const writes = stage.github.requests.entries.filter(
      ({ method, path }) => method !== 'GET' && !path.startsWith('/app/'),
    );
    expect(writes).toEqual([]);
  });
});
