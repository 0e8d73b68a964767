import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { KINDS, type Kind } from '../test/support/soak/ground.ts';
import { type SoakResult, soak } from '../test/support/soak/soak.ts';

/**
 * Ten minutes of random faults on queues at work:
 * `npm run soak [-- --seconds n --queue memory|sqlite|redis --seed n --json]`; without `--queue` all three at once.
 * Ends with 1 unless every message is accounted for: sent = done + coalesced + dead + waiting, and none was given
 * out twice inside a live lease.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    queue: { type: 'string', multiple: true, default: [...KINDS] },
    seed: { type: 'string', default: String(randomInt(1_000_000_000)) },
    json: { type: 'boolean', default: false },
  },
});
const kinds = values.queue.map((name): Kind => {
  const kind = KINDS.find((it) => it === name);
  if (!kind) throw new Error(`--queue must be one of ${KINDS.join(', ')}, not ${name}`);
  return kind;
});
const seed = Number(values.seed);
const seconds = Number(values.seconds);
process.stderr.write(`${kinds.join(', ')} for ${seconds} s, --seed ${seed}\n`);
const results = await Promise.all(kinds.map((kind) => soak({ kind, seconds, seed })));
if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
else for (const result of results) process.stdout.write(describe(result));
process.exitCode = results.every(({ violations }) => violations.length === 0) ? 0 : 1;

function describe({ kind, faults, violations, ...totals }: SoakResult): string {
  const { sent, done, coalesced, dead, waiting, unanswered, runs, lost } = totals;
  const list = Object.entries(faults).map(([name, count]) => `${count} × ${name}`);
  return [
    `${kind}: ${sent} sent = ${done} done + ${coalesced} coalesced + ${dead} dead + ${waiting} waiting` +
      ` + ${unanswered} whose answer was lost; ${runs} runs, ${lost} late outcomes refused`,
    `  faults: ${list.join(', ') || 'none'}`,
    ...violations.map((it) => `  VIOLATION: ${it}`),
    '',
  ].join('\n');
}
