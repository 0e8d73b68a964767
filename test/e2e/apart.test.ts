import { afterEach, describe, expect, it } from 'vitest';
import { startRedis } from '../support/redis/server.ts';
import type { ServiceProcess } from '../support/service/service-process.ts';
import { FIX_AT_ONCE, Stage, until } from './support.ts';

/** Only configuration changes between one process and many. */
describe('deliveries taken by one process and worked on by others', () => {
  const running: ServiceProcess[] = [];
  let stage: Stage;

  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.end('SIGTERM')));
    await stage[Symbol.asyncDispose]();
  });

  async function mend(): Promise<void> {
    running.push(
      await stage.start('serve'),
      await stage.start('work', '--queues', 'pr_monitor,check_analyzer'),
      await stage.start('work', '--queues', 'fix_applicator', '--concurrency', '2'),
    );
    const pull = await stage.openPricesPull();
    await stage.failFormat(pull.headSha);
    const [fix] = await until(async () => {
      const commits = await stage.fixCommits();
      return commits.length > 0 ? commits : null;
    });
    expect(fix?.parents).toEqual([pull.headSha]);
    expect((await stage.report(pull.headSha)).conclusion).toBe('success');
    expect(await stage.fixCommits()).toHaveLength(1);
  }

  it('over the SQLite file', async () => {
    stage = await Stage.set(FIX_AT_ONCE);
    await mend();
  });

  it('over Redis', async () => {
    const redis = await startRedis();
    try {
      stage = await Stage.set(FIX_AT_ONCE, { REDIS_URL: redis.url });
      await mend();
      await Promise.all(running.splice(0).map((service) => service.end('SIGTERM')));
    } finally {
      await redis.stop();
    }
  });
});
