import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requireRedisServer } from './binary.ts';

/** Options of {@link startRedis}. */
export interface RedisServerOptions {
  /** `none` (default), or an append-only file with that fsync policy. */
  aof?: 'none' | 'everysec' | 'always';
  /** More arguments, e.g. `['--maxmemory', '8mb']`. */
  args?: readonly string[];
  /** Default: a free one. */
  port?: number;
}

/** A private `redis-server` on loopback; its files lie in a temporary folder that `stop` removes. */
export class RedisServer {
  readonly port: number;
  readonly #directory: string;
  readonly #options: RedisServerOptions;
  #process: ChildProcess | undefined;

  constructor(port: number, options: RedisServerOptions) {
    this.port = port;
    this.#options = options;
    this.#directory = mkdtempSync(path.join(tmpdir(), 'checkmend-redis-'));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('this redis-server is not running');
    return pid;
  }

  /** Starts it (again) on the same port with the same files; resolves when it answers. */
  async start(): Promise<void> {
    const { aof = 'none', args = [] } = this.#options;
    const persistence =
      aof === 'none' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', aof];
    const child = spawn(
      requireRedisServer(),
      ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#directory, '--save', '']
        // A replica that connects is served at once, not after the five seconds in which others may come.
        .concat(['--repl-diskless-sync-delay', '0'])
        .concat(['--daemonize', 'no', '--loglevel', 'warning', '--maxmemory-policy', 'noeviction'])
        .concat(persistence, args),
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#process = child;
    let output = '';
    child.stdout?.on('data', (chunk) => (output += String(chunk)));
    child.stderr?.on('data', (chunk) => (output += String(chunk)));
    for (let tries = 0; tries < 200; tries++) {
      if (child.exitCode !== null) throw new Error(`redis-server ended at once: ${output}`);
      if (await answersPing(this.port)) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`redis-server on port ${this.port} does not answer: ${output}`);
  }

  /** Sends a signal, e.g. `SIGSTOP`. */
  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Ends the process with SIGKILL and keeps its files; resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** Ends the process and removes its files. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Starts a private server; end it with `stop`. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = new RedisServer(options.port ?? (await freePort()), options);
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** A port of 127.0.0.1 below the ephemeral range (a cluster also needs port + 10000), free a moment ago. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = 11_000 + Math.floor(Math.random() * 10_000);
    if ((await canListen(port)) && (await canListen(port + 10_000))) return port;
  }
  throw new Error('no free port found');
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** True if the server answers `PING` with `PONG` (not while it still loads its file). */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => finish(String(data).startsWith('+PONG')));
  });
}
