/** The service as it is, in a process that answers what became of it: run by `WatchedService`. */
import { runCli } from '../../../src/cli/program.ts';

const names = (value: object) => Reflect.ownKeys(value).map(String).toSorted();
const prototypes = () => ({
  object: names(Object.prototype),
  array: names(Array.prototype),
  function: names(Function.prototype),
  string: names(String.prototype),
});

process.on('message', () => {
  // What is still in use is what counts: garbage may be taken any time.
  globalThis.gc?.();
  process.send?.({ prototypes: prototypes(), memory: process.memoryUsage() });
});
process.exitCode = await runCli(['serve']);
process.disconnect();
