/**
 * The queues beside BullMQ on the same redis-server, in turns, and SQLite beside bare inserts.
 * `npm run bench:queue [-- --only add,process --rounds n --jobs factor --json]`; the peers are installed with
 * `npm install --no-package-lock` in `bench/`.
 */
import { parseArgs } from 'node:util';
import { type Figure, table } from './figures.ts';
import { SECTIONS } from './sections.ts';
import { describeSetting } from './setting.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: SECTIONS.map(({ name }) => name).join(',') },
    rounds: { type: 'string', default: '3' },
    jobs: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const chosen = values.only.split(',').map((name) => {
  const section = SECTIONS.find((it) => it.name === name);
  if (section) return section;
  throw new Error(`no section ${name}; there are ${SECTIONS.map((it) => it.name).join(', ')}`);
});
const scale = { rounds: Number(values.rounds), jobs: Number(values.jobs) };

process.stderr.write(`${await describeSetting(scale)}\n`);
const all: Figure[] = [];
for (const { name, peer, measure } of chosen) {
  process.stderr.write(`\n${name}\n`);
  const figures = await measure(scale);
  all.push(...figures);
  if (!values.json) process.stdout.write(`\n${table(figures, peer)}\n`);
}
if (values.json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
