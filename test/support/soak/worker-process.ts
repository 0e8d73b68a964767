import { randomNumbers } from '../../../src/recording/plan.ts';
import { openManager, type SoakTarget } from './target.ts';
import { type Report, SoakWorker } from './worker.ts';

/** A worker of a soak in a process of its own: works until its parent says `close`, or is gone. */
const { target, seed } = JSON.parse(process.argv[2] ?? '') as { target: SoakTarget; seed: number };
const manager = await openManager(target);
const report: Report = (fact) => new Promise((resolve) => process.send?.(fact, () => resolve()));
const worker = new SoakWorker(manager, randomNumbers(seed), report, true);
process.on('message', () => {
  void worker.close().finally(() => process.exit(0));
});
process.on('disconnect', () => process.exit(0));
await worker.run();
