import { readFileSync } from 'node:fs';
import type { Deliveries } from './body.ts';
import { load } from './load.ts';
import type { Peer } from './peers.ts';

/** Resident memory over time. */
export interface MemoryResult {
  perSecond: number;
  /** Median of each minute, in MiB. */
  minutes: number[];
  /** Last minute to second minute. */
  growth: number;
}

const MINUTE_MS = 60_000;

/** Loads a server for so many minutes and looks at its memory once a second. */
export async function measureMemory(
  peer: Peer,
  deliveries: Deliveries,
  minutes: number,
  connections: number,
): Promise<MemoryResult> {
  const samples: number[][] = Array.from({ length: minutes }, () => []);
  const startedAt = performance.now();
  const timer = setInterval(() => {
    samples[Math.floor((performance.now() - startedAt) / MINUTE_MS)]?.push(rssOf(peer.pid));
  }, 1000);
  const { perSecond } = await load({
    url: peer.url,
    deliveries,
    connections,
    durationMs: minutes * MINUTE_MS,
  });
  clearInterval(timer);
  const medians = samples.map((minute) => minute.toSorted((a, b) => a - b)[minute.length >> 1] ?? 0);
  return { perSecond, minutes: medians, growth: (medians.at(-1) ?? 0) / (medians[1] ?? 1) };
}

/** MiB. */
function rssOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
