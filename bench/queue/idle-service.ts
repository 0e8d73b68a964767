import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../test/support/service/free-port.ts';
import { privateKey } from '../../test/support/service/private-key.ts';
import type { SideName } from './sides/side.ts';

const SCRIPTS: Readonly<Record<SideName, readonly string[]>> = {
  ours: [path.resolve(import.meta.dirname, '../../src/cli/main.ts'), 'start'],
  bullmq: [path.join(import.meta.dirname, 'sides/bullmq-service-process.ts')],
};

/** The whole of Checkmend, or a service of BullMQ with as many queues and workers, without anything to do. */
export async function startIdleService(name: SideName, redisUrl: string): Promise<AsyncDisposable> {
  const folder = mkdtempSync(path.join(tmpdir(), 'checkmend-bench-'));
  const port = await freePort();
  const child = spawn(process.execPath, SCRIPTS[name], {
    env: {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'production',
      APP_ID: '1',
      PRIVATE_KEY: privateKey(),
      WEBHOOK_SECRET: 'not secret: nobody sends anything',
      PORT: String(port),
      DATA_DIR: folder,
      LOG_LEVEL: 'error',
      // Nobody listens there.
      GITHUB_API_URL: 'http://127.0.0.1:9',
      REDIS_URL: redisUrl,
    },
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return {
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) throw new Error(`the service has ended with ${child.exitCode}`);
      const gone = once(child, 'close');
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
