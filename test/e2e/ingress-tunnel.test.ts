import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceProcess } from '../support/service/service-process.ts';
import { SmeeServer } from '../support/web/smee-server.ts';
import { FIX_AT_ONCE, Stage, until } from './support.ts';

/** `checkmend dev`: a real smee client between a smee server and the service. */
describe('the service behind a smee channel', () => {
  let stage: Stage;
  let smee: SmeeServer;
  let service: ServiceProcess;

  beforeEach(async () => {
    stage = await Stage.set(FIX_AT_ONCE);
    smee = await SmeeServer.start();
  });

  afterEach(async () => {
    await service.end('SIGKILL');
    await smee[Symbol.asyncDispose]();
    await stage[Symbol.asyncDispose]();
  });

  const logged = (text: string) =>
    until(async () => service.lines.find((line) => line.includes(text)) ?? null);

  /** Starts it, and has GitHub deliver to the channel that it prints. */
  async function start(events?: string[]): Promise<string> {
    const config = { source: `${smee.url}/new`, target: `http://127.0.0.1:${stage.settings.port}/`, events };
    writeFileSync(path.join(stage.settings.dataDir, 'smee.config.json'), JSON.stringify(config));
    service = await stage.start('dev');
    const channel = await until(
      async () =>
        service.lines.map((line) => line.trim()).find((line) => line.startsWith(`${smee.url}/`)) ?? null,
    );
    await logged('the tunnel is open');
    stage.github.hooks.setTarget(channel);
    return channel;
  }

  it('mends a red check from a delivery that came through the channel', async () => {
    await start();
    const pull = await stage.openPricesPull();
    await stage.failFormat(pull.headSha);
    await until(async () => ((await stage.fixCommits()).length > 0 ? true : null));
    await stage.report(pull.headSha);
    await service.end('SIGTERM');
    expect(await stage.fixCommits()).toHaveLength(1);
    expect(service.lines.some((line) => line.includes('"delivery done"'))).toBe(true);
  });

  it('comes back when the connection breaks, and when the channel answers nonsense for a while', async () => {
    await start();
    smee.drop();
    await until(async () => (smee.connections.length === 2 ? true : null));
    smee.drop(1);
    await logged('the tunnel was lost');
    await logged('the tunnel is open again');
    expect(new Set(smee.connections).size).toBe(1);
    await stage.openPricesPull();
    await logged('"event":"pull_request"');
  });

  it('says why a signature does not fit, and what to do', async () => {
    const channel = await start();
    // The same number, written in another way when it was parsed in between.
    const body = '{"zen":"Design for failure.","hook_id":1.0}';
    const signature = createHmac('sha256', stage.settings.webhookSecret).update(body).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'ping',
      'x-github-delivery': 'rewritten',
      'x-hub-signature-256': `sha256=${signature}`,
    };
    await fetch(channel, { method: 'POST', headers, body });
    const line = await logged('the signature of a delivery of the tunnel does not fit');
    expect(JSON.parse(line)).toMatchObject({
      deliveryId: 'rewritten',
      advice: expect.stringContaining('checkmend start --pull'),
    });
  });

  it('passes on the events of smee.config.json only', async () => {
    await start(['ping']);
    await stage.openPricesPull();
    const line = await logged('not one of the events');
    expect(JSON.parse(line)).toMatchObject({ event: 'pull_request' });
  });
});
