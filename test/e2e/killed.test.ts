import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceProcess } from '../support/service/service-process.ts';
import { FIX_AT_ONCE, Stage, until } from './support.ts';

/** SIGKILL at the worst moments: what was answered 202 is worked on after a restart, and every effect is there once. */
describe('a red check on a pull request', () => {
  let stage: Stage;
  let service: ServiceProcess | undefined;

  beforeEach(async () => {
    stage = await Stage.set(FIX_AT_ONCE);
    service = await stage.start();
  });

  afterEach(async () => {
    await service?.end('SIGKILL');
    await stage[Symbol.asyncDispose]();
  });

  /** The lease of what was in flight has to lapse first: 30 s. */
  const fixOf = () => until(async () => (await stage.fixCommits())[0] ?? null, 60_000);

  it('is mended once when the process is killed right after a 202', async () => {
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
