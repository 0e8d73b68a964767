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

interface Summary {
  peer: PeerName;
  per_second: number;
  p50_ms: number;
  p99_ms: number;
  /** Over all rounds. */
  deliveries: number;
  refused: number;
}

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
const answer = {
  date: new Date().toISOString().slice(0, 10),
  ...machine(),
  connections,
  body_bytes: new Deliveries(new URL('http://localhost'), '').bytes,
  rounds,
  results: summaries,
  memory,
};
process.stdout.write(values.json ? `${JSON.stringify(answer, null, 2)}\n` : table(summaries, memory));

async function measure(name: PeerName): Promise<LoadResult> {
  await using peer = await Peer.start(name);
  const deliveries = new Deliveries(peer.url, peer.secret);
  const warm = await load({ url: peer.url, deliveries, connections, durationMs: 2000 });
  const result = await load({ url: peer.url, deliveries, connections, durationMs });
  if (name.startsWith('checkmend')) await check(peer, [warm, result]);
  return result;
}

/** What was answered 202 is in the store, each once. */
async function check(peer: Peer, loads: readonly LoadResult[]): Promise<void> {
  const taken = loads.reduce((sum, { answers }) => sum + (answers[202] ?? 0), 0);
  const store = await openSqliteStore({ path: path.join(peer.folder, DATABASE_FILE), clock: systemClock });
  const { open, done, dead } = await store.deliveries.counts();
  await store.close();
  if (done !== taken || open + dead > 0) {
    throw new Error(`${taken} were answered 202, but ${done} are done, ${open} open, ${dead} dead`);
  }
}

async function measureOurMemory(): Promise<MemoryResult> {
  await using peer = await Peer.start('checkmend (SQLite)');
  return await measureMemory(peer, new Deliveries(peer.url, peer.secret), memoryMinutes, connections);
}

function summaryOf(peer: PeerName, loads: readonly LoadResult[]): Summary {
  const of = (pick: (load: LoadResult) => number) => median(loads.map(pick));
  const total = loads.flatMap(({ answers }) => Object.entries(answers));
  const count = (good: boolean) =>
    total.reduce((sum, [code, n]) => sum + (code.startsWith('2') === good ? n : 0), 0);
  return {
    peer,
    per_second: Math.round(of(({ perSecond }) => perSecond)),
    p50_ms: round1(of(({ p50 }) => p50)),
    p99_ms: round1(of(({ p99 }) => p99)),
    deliveries: count(true),
    refused: count(false),
  };
}

function table(summaries: readonly Summary[], memory: MemoryResult | null): string {
  const probot = summaries.find(({ peer }) => peer === 'probot')?.per_second ?? 1;
  const rows = summaries.map(
    (it) =>
      `| ${it.peer} | ${it.per_second} | ${(it.per_second / probot).toFixed(2)} | ${it.p50_ms} | ${it.p99_ms} | ${it.refused} |`,
  );
  const lines = [
    '| server | deliveries/s | × Probot | p50 ms | p99 ms | refused |',
    '| --- | --: | --: | --: | --: | --: |',
    ...rows,
  ];
  if (memory) {
    const minutes = memory.minutes.join(', ');
    lines.push(
      '',
      `memory by minute, MiB: ${minutes} (last to second: ${memory.growth.toFixed(2)}), at ${Math.round(memory.perSecond)}/s`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function machine(): object {
  const [cpu] = cpus();
  const { dependencies } = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../package.json'), 'utf8'),
  ) as {
    dependencies: Record<string, string>;
  };
  return {
    cpu: cpu?.model ?? '',
    cores: cpus().length,
    node: process.version,
    probot: dependencies.probot ?? '',
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

function round1(number: number): number {
  return Math.round(number * 10) / 10;
}
