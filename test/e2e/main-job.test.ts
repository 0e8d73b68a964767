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

  /** After a kill the lease of what was in flight has to lapse first: 30 s. */
  const fixOf = () => until(async () => (await stage.fixCommits())[0] ?? null, 60_000);

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

  it('is mended once when the process is killed right after a 202', async () => {
    await set(FIX_AT_ONCE);
    const pull = await stage.openPricesPull();
    // Held back until the process is gone: what is known then is only what was durable before the 202.
    const gone = Promise.withResolvers<void>();
    stage.github.faults.add({ route: 'GET **', times: Number.POSITIVE_INFINITY, until: gone.promise });
    await stage.failFormat(pull.headSha);
    const answered = await stage.github.hooks.waitFor(
      ({ event, payload }) => event === 'check_run' && payload.action === 'completed',
    );
    await service?.end('SIGKILL');
    expect(answered.statusCode).toBe(202);
    stage.github.faults.clear();
    gone.resolve();
    stage.github.hooks.setTarget(null);
    service = await stage.start();
    stage.github.hooks.setTarget(null);
    await fixOf();
    await stage.report(pull.headSha);
    await service.end('SIGTERM');
    expect(await stage.fixCommits()).toHaveLength(1);
  }, 90_000);

  it('is mended once when the process is killed between the commit and its bookkeeping', async () => {
    await set(FIX_AT_ONCE);
    const pull = await stage.openPricesPull();
    const dead = Promise.withResolvers<void>();
    stage.github.faults.add({ route: 'POST /graphql', afterEffect: true, until: dead.promise });
    await stage.failFormat(pull.headSha);
    await fixOf();
    await service?.end('SIGKILL');
    dead.resolve();
    service = await stage.start();
    await stage.report(pull.headSha);
    await service.end('SIGTERM');
    expect(await stage.fixCommits()).toHaveLength(1);
  }, 90_000);
});
