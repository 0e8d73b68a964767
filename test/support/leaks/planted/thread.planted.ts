import { Worker } from 'node:worker_threads';
import { it } from 'vitest';

it('leaves a thread that keeps no process alive', () => {
  new Worker('setInterval(() => {}, 60_000)', { eval: true }).unref();
});
