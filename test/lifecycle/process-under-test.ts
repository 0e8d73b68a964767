import { type Resources, runUntilSignal } from '../../src/lifecycle.ts';
import { silentLogger } from '../../src/logger.ts';

const scenario = process.argv[2];
const say = (word: string) => process.stdout.write(`${word}\n`);

async function start(resources: Resources): Promise<void> {
  const heartbeat = setInterval(() => undefined, 1000);
  resources.hold('store', heartbeat, (timer) => {
    clearInterval(timer);
    say('released store');
  });
  if (scenario === 'half-way') throw new Error('the port is taken');
  resources.hold(
    'server',
    null,
    async () => {
      if (scenario !== 'stuck') return void say('released server');
      say('stuck in release');
      await new Promise(() => undefined);
    },
    () => void say('quiet'),
  );
  if (scenario === 'uncaught') setImmediate(() => Promise.reject(new Error('nobody caught this')));
}

process.exitCode = await runUntilSignal(start, {
  logger: silentLogger(),
  deadlineMs: 5000,
  onStarted: () => void say('started'),
});
