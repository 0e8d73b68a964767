import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startRedis } from '../../test/support/redis/server.ts';
import { freePort } from '../../test/support/service/free-port.ts';

/** What is measured. */
export type PeerName = 'checkmend (SQLite)' | 'checkmend (Redis queue)' | 'probot' | 'node:http';

export const PEERS: readonly PeerName[] = [
  'checkmend (SQLite)',
  'checkmend (Redis queue)',
  'probot',
  'node:http',
];

const root = path.resolve(import.meta.dirname, '../..');
const SERVICE = [path.join(root, 'src/cli/main.ts'), 'serve'];
const COMMANDS: Readonly<Record<PeerName, readonly string[]>> = {
  'checkmend (SQLite)': SERVICE,
  'checkmend (Redis queue)': SERVICE,
  probot: [path.join(import.meta.dirname, 'servers/probot.ts')],
  'node:http': [path.join(import.meta.dirname, 'servers/bare.ts')],
};

const privateKey = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
}).privateKey;

/** A server under load, in a process of its own, with nothing from before. */
export class Peer implements AsyncDisposable {
  readonly url: URL;
  readonly secret: string;
  /** Where the service keeps its state. */
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #owned: AsyncDisposableStack;

  private constructor(
    parts: { url: URL; secret: string; folder: string; child: ChildProcess },
    owned: AsyncDisposableStack,
  ) {
    this.url = parts.url;
    this.secret = parts.secret;
    this.folder = parts.folder;
    this.#child = parts.child;
    this.#owned = owned;
  }

  static async start(name: PeerName): Promise<Peer> {
    await using owned = new AsyncDisposableStack();
    const folder = mkdtempSync(path.join(tmpdir(), 'checkmend-bench-'));
    owned.defer(() => rmSync(folder, { recursive: true, force: true }));
    const redis = name === 'checkmend (Redis queue)' ? await startRedis({ aof: 'everysec' }) : null;
    if (redis) owned.defer(() => redis.stop());
    const port = await freePort();
    const secret = randomBytes(20).toString('hex');
    const child = spawn(process.execPath, COMMANDS[name], {
      env: {
        PATH: process.env.PATH ?? '',
        NODE_ENV: 'production',
        APP_ID: '1',
        PRIVATE_KEY: privateKey,
        WEBHOOK_SECRET: secret,
        PORT: String(port),
        DATA_DIR: folder,
        LOG_LEVEL: 'error',
        // Nobody listens there: the load is the only traffic.
        GITHUB_API_URL: 'http://127.0.0.1:9',
        ...(redis && { REDIS_URL: redis.url }),
      },
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    owned.defer(async () => {
      if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'close');
    });
    await listening(port, child);
    const url = new URL(`http://127.0.0.1:${port}/api/github/webhooks`);
    return new Peer({ url, secret, folder, child }, owned.move());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600 && child.exitCode === null; tries++) {
    const socket = connect(port, '127.0.0.1');
    const [event] = await Promise.race([
      once(socket, 'connect').then(() => ['connect']),
      once(socket, 'error').then(() => ['error']),
    ]).catch(() => ['error']);
    socket.destroy();
    if (event === 'connect') return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the server did not start');
}
