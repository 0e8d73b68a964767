import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/service/free-port.ts';
import { privateKey } from '../support/service/private-key.ts';
import { ServiceProcess } from '../support/service/service-process.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

/** A GitHub that takes every connection and answers nothing: requests last as long as they may. */
describe('a service whose GitHub does not answer', () => {
  let owned: AsyncDisposableStack;

  beforeEach(() => {
    owned = new AsyncDisposableStack();
  });

  afterEach(() => owned.disposeAsync());

  it.each([['start'], ['start --pull']])('stops at once all the same: %s', async (command) => {
    const folder = owned.use(temporaryFolder());
    const connected = Promise.withResolvers<void>();
    const sockets: Socket[] = [];
    const github = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      connected.resolve();
    }).listen(0, '127.0.0.1');
    await once(github, 'listening');
    owned.defer(() => {
      for (const socket of sockets) socket.destroy();
      github.close();
    });
    const address = github.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const service = await ServiceProcess.start({
      apiUrl: `http://127.0.0.1:${port}`,
      appId: '1',
      privateKey: privateKey(),
      webhookSecret: 's',
      port: await freePort(),
      dataDir: folder.path,
      command: command.split(' '),
    });
    owned.defer(async () => void (await service.end('SIGKILL')));
    await connected.promise;
    // A request may take 20 s, and is tried twice: waiting for it would be longer than a test may last.
    expect(await service.end('SIGTERM')).toEqual({ code: 0 });
  });
});
