/**
 * Deliveries a second, and how long an answer takes: Checkmend, which stores every delivery and queues its message
 * before it answers, beside Probot with an empty handler and beside bare `node:http`, which keep nothing.
 * `npm run bench:ingress [-- --rounds n --seconds n --connections n --memory minutes --json]`
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/clock.ts';
import { DATABASE_FILE } from '../../src/service/state.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { Deliveries } from './body.ts';
import { type LoadResult, load } from './load.ts';
import { type MemoryResult, measureMemory } from './memory.ts';
import { PEERS, Peer, type PeerName } from './peers.ts';
import { compare, summaryOf, tableOf } from './report.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '8' },
    connections: { type: 'string', default: '50' },
    memory: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const durationMs = Number(values.seconds) * 1000;
const connections = Number(values.connections);
const memoryMinutes = Number(values.memory);

/** As long as a server is let run before it counts: it is compiled by then. */
const WARM_UP_MS = 2000;
/** More than any of them takes: so many are signed ahead. */
const MOST_PER_SECOND = 8000;

const results = new Map<PeerName, LoadResult[]>(PEERS.map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  // Another one begins each round, so that none has the machine at its best.
  for (let turn = 0; turn < PEERS.length; turn++) {
    const name = PEERS[(round + turn) % PEERS.length] ?? 'node:http';
    process.stderr.write(`round ${round + 1} of ${rounds}: ${name}\n`);
    results.get(name)?.push(await measure(name));
  }
}
const summaries = PEERS.map((name) => summaryOf(name, results.get(name) ?? []));
const memory = memoryMinutes > 0 ? await measureOurMemory() : null;
const { bytes } = new Deliveries(new URL('http://localhost'), '');
process.stderr.write(
  `${machine()}; ${connections} connections, bodies of ${bytes} bytes, ${rounds} rounds\n`,
);
process.stdout.write(
  values.json ? `${JSON.stringify(compare(summaries, memory), null, 2)}\n` : tableOf(summaries, memory),
);

async function measure(name: PeerName): Promise<LoadResult> {
  await using peer = await Peer.start(name);
  const deliveries = new Deliveries(peer.url, peer.secret);
  deliveries.prepare((MOST_PER_SECOND * (WARM_UP_MS + durationMs)) / 1000);
  const warm = await load({ url: peer.url, deliveries, connections, durationMs: WARM_UP_MS });
  const result = await load({ url: peer.url, deliveries, connections, durationMs });
  if (name.startsWith('checkmend')) await check(peer, [warm, result]);
  return result;
}

/** What was answered 202 is in the store, each once. */
async function check(peer: Peer, loads: readonly LoadResult[]): Promise<void> {
  const taken = loads.reduce((sum, { answers }) => sum + (answers[202] ?? 0), 0);
  const store = await openSqliteStore({ path: path.join(peer.folder, DATABASE_FILE), clock: systemClock });
  try {
    // The last ones may be answered and not yet marked.
    for (let tries = 0; tries < 100; tries++) {
      const { open, done, dead } = await store.deliveries.counts();
      if (done === taken && open + dead === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const counts = JSON.stringify(await store.deliveries.counts());
    throw new Error(`${taken} were answered 202, but in the store are ${counts}`);
  } finally {
    await store.close();
  }
}

async function measureOurMemory(): Promise<MemoryResult> {
  await using peer = await Peer.start('checkmend (SQLite)');
  return await measureMemory(peer, new Deliveries(peer.url, peer.secret), memoryMinutes, connections);
}

function machine(): string {
  const text = readFileSync(path.join(import.meta.dirname, '../package.json'), 'utf8');
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
  const [cpu] = cpus();
  return `${cpu?.model ?? 'CPU'} × ${cpus().length}, Node.js ${process.version}, Probot ${dependencies.probot}`;
}
