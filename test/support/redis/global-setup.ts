import { requireRedisServer } from './binary.ts';

/** Runs once before all tests: installs `redis-server` where that is allowed, else stops the run and says how to. */
export default function setup(): void {
  requireRedisServer();
}
