import { findOnPath, planForMissingRedis, requireRedisServer, thisMachine } from './binary.ts';

/**
 * Runs once before all tests: installs `redis-server` where that is allowed, else stops the run and says how to.
 * With `TEST_REDIS_URL` the run goes on; only tests that start, kill and promote servers of their own then fail.
 */
export default function setup(): void {
  const mayGoWithout = process.env.TEST_REDIS_URL && planForMissingRedis(thisMachine()).kind === 'stop';
  if (findOnPath('redis-server') || !mayGoWithout) requireRedisServer();
}
