import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceProcess } from '../support/service/service-process.ts';
import { FIX_AT_ONCE, Stage, until } from './support.ts';

/** Deliveries that never reach the service over HTTP. */
describe('a delivery that GitHub could not deliver', () => {
  let stage: Stage;
  let service: ServiceProcess | undefined;

  beforeEach(async () => {
    stage = await Stage.set(FIX_AT_ONCE);
  });

  afterEach(async () => {
    await service?.end('SIGKILL');
    await stage[Symbol.asyncDispose]();
  });

  async function isMended(headSha: string): Promise<void> {
    await until(async () => ((await stage.fixCommits()).length > 0 ? true : null));
    await stage.report(headSha);
    await service?.end('SIGTERM');
    expect(await stage.fixCommits()).toHaveLength(1);
  }

  it('is recovered when the service comes back', async () => {
    // Nobody listens: every attempt fails.
    stage.github.hooks.setTarget(`http://127.0.0.1:${stage.settings.port}/api/github/webhooks`);
    const pull = await stage.openPricesPull();
    await stage.failFormat(pull.headSha);
    const { log } = stage.github.hooks;
    await until(async () => (log.some(({ event }) => event === 'check_suite') ? true : null));
    service = await stage.start();
    await isMended(pull.headSha);
  });

  it('is read from the API in pull mode, without any port', async () => {
    service = await stage.start('start', '--pull');
    await expect(fetch(service.url)).rejects.toThrow();
    const pull = await stage.openPricesPull();
    await stage.failFormat(pull.headSha);
    await isMended(pull.headSha);
    // What was taken once is not read again.
    const reads = stage.github.requests.entries.filter(
      ({ route }) => route === 'GET /app/hook/deliveries/{id}',
    );
    expect(new Set(reads.map(({ path }) => path)).size).toBe(reads.length);
  });
});
