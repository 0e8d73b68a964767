import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { freePort } from '../service/free-port.ts';
import { privateKey } from '../service/private-key.ts';
import { serviceEnvironment } from '../service/service-process.ts';
import { temporaryFolder } from '../service/temporary-folder.ts';

const program = path.resolve(import.meta.dirname, 'watched-process.ts');

/** What a service says of itself. */
export interface Inspection {
  /** Names of what the prototypes of the language have. */
  prototypes: Record<string, string[]>;
  memory: NodeJS.MemoryUsage;
}

/** A real service that takes deliveries, of which one can look at the inside. */
export class WatchedService implements AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #owned: DisposableStack;

  private constructor(url: string, folder: string, child: ChildProcess, owned: DisposableStack) {
    this.url = url;
    this.folder = folder;
    this.#child = child;
    this.#owned = owned;
  }

  static async start(webhookSecret: string): Promise<WatchedService> {
    using owned = new DisposableStack();
    const folder = owned.use(temporaryFolder()).path;
    const port = await freePort();
    const settings = {
      apiUrl: 'http://127.0.0.1:9',
      appId: '1',
      privateKey: privateKey(),
      webhookSecret,
      port,
      dataDir: folder,
    };
    const env = { ...serviceEnvironment(settings), LOG_LEVEL: 'fatal' };
    const child = fork(program, { env, cwd: folder, execArgv: ['--expose-gc'], stdio: 'inherit' });
    const origin = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 2400 && child.exitCode === null; tries++) {
      if ((await fetch(`${origin}/readyz`).catch(() => null))?.ok) {
        return new WatchedService(`${origin}/api/github/webhooks`, folder, child, owned.move());
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    child.kill('SIGKILL');
    throw new Error('the service did not start');
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async inspect(): Promise<Inspection> {
    const answer = once(this.#child, 'message');
    this.#child.send('inspect');
    const [inspection] = await answer;
    return inspection as Inspection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) {
      const closed = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await closed;
    }
    this.#owned.dispose();
  }
}
