import { parseArgs } from 'node:util';
import { besiege } from '../test/support/hostile/siege.ts';

/**
 * 100,000 hostile requests to a real service: `npm run hostile [-- --requests n --seed n --json]`. Ends with 1 when
 * anything was harmed, or when more than a tenth of memory was added between the first and the last tenth.
 */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const requests = Number(values.requests);
const result = await besiege({
  seed: Number(values.seed),
  requests,
  part: Math.ceil(requests / 10),
  onProgress: (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${requests}`);
  },
});
const [first = 0, last = 0] = [result.memory.at(0)?.rss, result.memory.at(-1)?.rss];
const growth = last / first;
if (growth > 1.1) result.damages.push(`memory grew by a factor of ${growth.toFixed(2)}`);
if (values.json) process.stdout.write(`${JSON.stringify({ ...result, growth }, null, 2)}\n`);
else {
  const counts = (answers: Record<number, number>) =>
    Object.entries(answers)
      .map(([code, count]) => `${code}: ${count}`)
      .join(', ');
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  process.stdout.write(
    [
      `${requests} requests in ${Math.round(result.seconds)} s, seed ${values.seed}`,
      `without a right signature: ${counts(result.unsigned)}`,
      `rightly signed:            ${counts(result.signed)}`,
      `memory after the first and the last tenth: ${mib(first)}, ${mib(last)} (${growth.toFixed(2)} times)`,
      result.damages.length === 0 ? 'nothing was harmed' : `HARM: ${result.damages.join('; ')}`,
      '',
    ].join('\n'),
  );
}
process.exitCode = result.damages.length === 0 ? 0 : 1;
