import { afterAll, beforeAll } from 'vitest';
import { anyRedis } from '../../support/redis/shared.ts';
import { describeQueueContract } from '../conformance/contract.ts';
import { describeModel } from '../conformance/model.ts';
import { redisHarness } from './harness.ts';

let redis: Awaited<ReturnType<typeof anyRedis>>;

beforeAll(async () => {
  redis = await anyRedis();
});
afterAll(() => redis.stop());

const harness = redisHarness('redis', () => ({ url: redis.url }));
describeQueueContract(harness);
describeModel(harness, { runs: 10 });
