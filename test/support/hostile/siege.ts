import { createHmac, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../../src/clock.ts';
import { DATABASE_FILE } from '../../../src/service/state.ts';
import { openSqliteStore } from '../../../src/store/sqlite-store.ts';
import { type HostileRequest, HostileRequests } from './requests.ts';
import { WatchedService } from './watched-service.ts';

/** Options of {@link besiege}. */
export interface SiegeOptions {
  seed: number;
  requests: number;
  /** Memory is looked at after every part of so many; the last part is whole. */
  part: number;
  /** Told of the progress; default nobody. */
  onProgress?: (done: number) => void;
}

/** What a siege came to. */
export interface SiegeResult {
  /** Answers by status, of requests that were rightly signed and of those that were not. */
  signed: Record<number, number>;
  unsigned: Record<number, number>;
  /** What must not be: one sentence each. */
  damages: string[];
  /** After each part. */
  memory: NodeJS.MemoryUsage[];
  seconds: number;
}

/** Requests on their way at once. */
const AT_ONCE = 16;

/** More of the same say nothing new. */
const DAMAGES_MAX = 50;

/** Sends hostile requests to a real service, and looks at what became of it and of what it knew before. */
export async function besiege({ seed, requests, part, onProgress }: SiegeOptions): Promise<SiegeResult> {
  const secret = randomBytes(20).toString('hex');
  await using service = await WatchedService.start(secret);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const hostile = new HostileRequests(seed, secret);
  const before = await knownRows(service, secret);
  const { prototypes } = await service.inspect();
  const result: SiegeResult = { signed: {}, unsigned: {}, damages: [], memory: [], seconds: 0 };
  const startedAt = performance.now();
  let sent = 0;
  const sendUntil = async (end: number) => {
    while (sent < end) {
      sent += 1;
      const it = hostile.next();
      const status = await send(service.url, it, agent);
      // Too many at once is documented of every delivery that can be one.
      const isDocumented = it.expected.includes(status) || (it.signed && status === 503);
      if (!isDocumented && result.damages.length < DAMAGES_MAX)
        result.damages.push(`${it.method}, documented is ${it.expected.join(' or ')}: ${status}`);
      const counts = it.signed ? result.signed : result.unsigned;
      counts[status] = (counts[status] ?? 0) + 1;
      if (sent % 1000 === 0) onProgress?.(sent);
    }
  };
  const all = (end: number) => Promise.all(Array.from({ length: AT_ONCE }, () => sendUntil(end)));
  for (let end = part; end <= requests && service.running; end += part) {
    await all(end);
    result.memory.push((await service.inspect()).memory);
  }
  result.seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  if (!service.running) return { ...result, damages: ['the service has ended'] };
  const after = await service.inspect();
  if (JSON.stringify(after.prototypes) !== JSON.stringify(prototypes))
    result.damages.push('a prototype has changed');
  if ((await knownRows(service, null)) !== before) result.damages.push('rows of the store have changed');
  return result;
}

/** What the service knows of an installation that no hostile request names. @param secret to tell it first; null: it knows */
async function knownRows({ url, folder }: WatchedService, secret: string | null): Promise<string> {
  const ours = { id: 5_000_001, name: 'ours', full_name: 'us/ours', private: true };
  const installation = { id: 4_000_001, account: { login: 'us' } };
  if (secret !== null) {
    const body = Buffer.from(JSON.stringify({ action: 'created', installation, repositories: [ours] }));
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'installation',
      'x-github-delivery': 'ours',
      'x-hub-signature-256': signature,
    };
    const status = await send(url, { method: 'POST', headers, body }, new Agent());
    if (status !== 202) throw new Error(`the first delivery was answered ${status}`);
  }
  const store = await openSqliteStore({ path: path.join(folder, DATABASE_FILE), clock: systemClock });
  try {
    const known = (await store.installations.list()).filter(({ id }) => id === String(installation.id));
    for (;;) {
      const delivery = await store.deliveries.find('1', 'ours');
      // It is answered before it is marked as done.
      if (delivery?.status !== 'open') return JSON.stringify([known, delivery]);
      await wait(20);
    }
  } finally {
    await store.close();
  }
}

/** The status; 0 without an answer. */
function send(
  url: string,
  { method, headers, body }: Pick<HostileRequest, 'method' | 'headers' | 'body'>,
  agent: Agent,
): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = request(
      url,
      { method, headers: { ...headers, 'content-length': body.length }, agent },
      (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    outgoing.on('error', () => resolve(0));
    outgoing.end(body);
  });
}
