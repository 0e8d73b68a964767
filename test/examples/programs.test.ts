import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { RedisQueueManager, SqliteQueueManager } from 'checkmend';
import { expect, it } from 'vitest';
import { AnalysisRepository } from '../../examples/analysis-repository.ts';
import { startRedis } from '../support/redis/server.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';
import { drained, message } from './support.ts';

/** An example in its own process. */
interface Run {
  readonly file: string;
  readonly folder: string;
  readonly environment?: Record<string, string>;
  /** What it prints when it is ready. */
  readonly ready: string;
  readonly signal: NodeJS.Signals;
}

/** Runs an example until `work` has resolved, then ends it with its signal; answers what it printed. */
async function run(
  { file, folder, environment, ready, signal }: Run,
  work = async () => {},
): Promise<string> {
  const program = path.resolve(import.meta.dirname, '../../examples', file);
  const child = spawn(process.execPath, ['--conditions=checkmend-source', program], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  const working = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
      if (output.includes(ready)) working.resolve();
    });
  }
  await Promise.race([working.promise, exited]);
  try {
    await work();
  } finally {
    child.kill(signal);
  }
  expect(await exited).toEqual([0, null]);
  return output;
}

it.each(['SQLite', 'Redis'])('examples/start.ts works on %s until it is told to stop', async (backend) => {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(temporaryFolder());
  const redis = backend === 'Redis' ? stack.adopt(await startRedis(), (server) => server.stop()) : null;
  const queues = stack.adopt(
    redis ? new RedisQueueManager({ url: redis.url }) : await SqliteQueueManager.open(`${folder}/queue.db`),
    (it) => it.close(),
  );
  const environment = { DATA_DIR: folder, REDIS_URL: redis?.url ?? '' };
  const start = { file: 'start.ts', folder, environment, ready: 'working\n', signal: 'SIGTERM' } as const;
  const output = await run(start, async () => {
    const payload = { pull_request: 'acme/shop#7', files_changed: 2, lines_changed: 100 };
    await queues.sendMessage('analysis', message('a', 'analyze_pr_complexity', payload));
    await drained(queues, 'analysis');
  });
  expect(output).toBe('working\nstopped\n');
  const repository = new AnalysisRepository(`${folder}/analyses.db`);
  expect(repository.find('acme/shop#7')).toMatchObject([{ kind: 'complexity', score: 0.7 }]);
  repository.close();
});

it('examples/greeter.ts greets, and stops when it is asked to', async () => {
  using folder = temporaryFolder();
  const greeter = { file: 'greeter.ts', folder: folder.path, ready: 'Ada!\n', signal: 'SIGINT' } as const;
  expect(await run(greeter)).toBe('Hello, Ada!\n');
});
