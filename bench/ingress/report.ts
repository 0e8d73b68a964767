import { cost, type Figure, median, rate } from '../queue/figures.ts';
import type { LoadResult } from './load.ts';
import type { MemoryResult } from './memory.ts';
import type { PeerName } from './peers.ts';

/** What one server came to: medians over the rounds. */
export interface Summary {
  peer: PeerName;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Answers that were no 2xx, over all rounds. */
  refused: number;
}

export function summaryOf(peer: PeerName, loads: readonly LoadResult[]): Summary {
  const of = (pick: (load: LoadResult) => number) => median(loads.map(pick));
  const refused = loads
    .flatMap(({ answers }) => Object.entries(answers))
    .reduce((sum, [code, count]) => sum + (code.startsWith('2') ? 0 : count), 0);
  return {
    peer,
    perSecond: Math.round(of(({ perSecond }) => perSecond)),
    p50: round(of(({ p50 }) => p50)),
    p99: round(of(({ p99 }) => p99)),
    refused,
  };
}

/** Ours beside each peer's, and memory beside itself. */
export function compare(summaries: readonly Summary[], memory: MemoryResult | null): Figure[] {
  const ours = summaries.filter(({ peer }) => peer.startsWith('checkmend'));
  const peers = summaries.filter(({ peer }) => !peer.startsWith('checkmend'));
  const figures = ours.flatMap((our) =>
    peers.flatMap((peer) => {
      const pair = `${our.peer} beside ${peer.peer}`;
      return [
        rate(`deliveries per second, ${pair}`, our.perSecond, peer.perSecond),
        cost(`p50 in ms, ${pair}`, our.p50, peer.p50),
        cost(`p99 in ms, ${pair}`, our.p99, peer.p99),
      ];
    }),
  );
  const [second, last] = [memory?.minutes[1], memory?.minutes.at(-1)];
  if (second !== undefined && last !== undefined)
    figures.push(cost('memory in MiB, last minute beside the second', last, second));
  return figures;
}

/** The same for people, in Markdown. */
export function tableOf(summaries: readonly Summary[], memory: MemoryResult | null): string {
  const probot = summaries.find(({ peer }) => peer === 'probot')?.perSecond ?? 1;
  const lines = [
    '| server | deliveries/s | × Probot | p50 ms | p99 ms | refused |',
    '| --- | --: | --: | --: | --: | --: |',
    ...summaries.map(
      ({ peer, perSecond, p50, p99, refused }) =>
        `| ${peer} | ${perSecond} | ${(perSecond / probot).toFixed(2)} | ${p50} | ${p99} | ${refused} |`,
    ),
  ];
  if (memory) {
    const { minutes, growth, perSecond } = memory;
    const rate = Math.round(perSecond);
    lines.push(
      '',
      `memory by minute, MiB: ${minutes.join(', ')} (last to second: ${growth.toFixed(2)}), at ${rate}/s`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
