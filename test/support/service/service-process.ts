import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const main = path.resolve(import.meta.dirname, '../../../src/cli/main.ts');

/** Longest a service may take until `/readyz` answers 200, in milliseconds. */
const READY_TIMEOUT_MS = 30_000;

/** What a service process needs to know of the GitHub it works for. */
export interface ServiceSettings {
  apiUrl: string;
  appId: string;
  privateKey: string;
  webhookSecret: string;
  /** Where it listens, on 127.0.0.1. */
  port: number;
  dataDir: string;
  /** Command and its words; default `['start']`. */
  command?: readonly string[];
  /** More environment, e.g. `CHECKMEND_MODE`. */
  env?: Readonly<Record<string, string>>;
  /** Called with each line of the service's log. */
  onLine?: (line: string) => void;
}

/** Environment for the command line, without anything of this process's own configuration. */
export function serviceEnvironment(
  settings: Omit<ServiceSettings, 'command' | 'onLine'>,
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    APP_ID: settings.appId,
    PRIVATE_KEY: settings.privateKey,
    WEBHOOK_SECRET: settings.webhookSecret,
    GITHUB_API_URL: settings.apiUrl,
    DATA_DIR: settings.dataDir,
    HOST: '127.0.0.1',
    PORT: String(settings.port),
    LOG_LEVEL: 'debug',
    ...settings.env,
  };
}

/** The real service as a process of its own. */
export class ServiceProcess implements AsyncDisposable {
  readonly url: string;
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  private constructor(child: ChildProcess, url: string, onLine: ((line: string) => void) | undefined) {
    this.#child = child;
    this.url = url;
    this.#closed = once(child, 'close');
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split('\n');
        rest = parts.pop() ?? '';
        this.lines.push(...parts);
        if (onLine) parts.forEach(onLine);
      });
    }
  }

  /** Starts it and waits until it is ready. */
  static async start(settings: ServiceSettings): Promise<ServiceProcess> {
    const child = spawn(process.execPath, [main, ...(settings.command ?? ['start'])], {
      env: serviceEnvironment(settings),
      cwd: settings.dataDir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const service = new ServiceProcess(child, `http://127.0.0.1:${settings.port}`, settings.onLine);
    await service.#ready(settings.command?.[0] !== 'work' && !settings.command?.includes('--pull'));
    return service;
  }

  get webhookUrl(): string {
    return `${this.url}/api/github/webhooks`;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal and waits until the process is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT' = 'SIGTERM'): Promise<{ code: number | null }> {
    if (this.running) this.#child.kill(signal);
    await this.#closed;
    return { code: this.#child.exitCode };
  }

  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }

  /** @param web whether it takes deliveries; else it is ready when its log says that it has started */
  async #ready(web: boolean): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (this.running && performance.now() < deadline) {
      if (!web && this.lines.some((line) => line.includes('"msg":"started"'))) return;
      const answer = web ? await fetch(`${this.url}/readyz`).catch(() => null) : null;
      if (answer?.ok) return;
      // The process has no other channel that says when it listens.
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    await this.end('SIGKILL');
    throw new Error(`the service did not become ready:\n${this.lines.slice(-30).join('\n')}`);
  }
}
