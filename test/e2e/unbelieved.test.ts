import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { privateKey } from '../support/service/private-key.ts';
import { ServiceProcess } from '../support/service/service-process.ts';
import { FIX_AT_ONCE, Stage, until } from './support.ts';

/** The key was rotated on GitHub, and the service has the old one. */
describe('a service that GitHub does not believe', () => {
  let stage: Stage;
  let service: ServiceProcess | undefined;

  beforeEach(async () => {
    stage = await Stage.set(FIX_AT_ONCE);
  });

  afterEach(async () => {
    await service?.end('SIGKILL');
    await stage[Symbol.asyncDispose]();
  });

  it('says so at once, keeps all its work, and does it with the right key', async () => {
    const wrong = await ServiceProcess.start({ ...stage.settings, privateKey: privateKey() });
    service = wrong;
    stage.github.hooks.setTarget(wrong.webhookUrl);
    await until(async () =>
      wrong.lines.some((line) => line.includes('does not accept the App')) ? true : null,
    );
    const pull = await stage.openPricesPull();
    await stage.failFormat(pull.headSha);
    await until(async () =>
      wrong.lines.some((line) => line.includes('its id and private key')) ? true : null,
    );
    await wrong.end('SIGTERM');

    service = await stage.start();
    await until(async () => ((await stage.fixCommits()).length > 0 ? true : null), 100_000);
    expect(await stage.fixCommits()).toHaveLength(1);
  }, 120_000);
});
