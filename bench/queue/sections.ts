import { Bench, type Scale } from './bench.ts';
import type { Figure } from './figures.ts';
import { backlog, growth } from './sections/backlog.ts';
import { commandsPerJob } from './sections/commands.ts';
import { idle } from './sections/idle.ts';
import { pickUp } from './sections/latency.ts';
import { processorTime } from './sections/processor.ts';
import { sharing } from './sections/sharing.ts';
import { sqlite } from './sections/sqlite.ts';
import { adding, processing } from './sections/throughput.ts';

/** A part of the benchmark that can be run alone. */
export interface Section {
  readonly name: string;
  /** What ours is compared with. */
  readonly peer: string;
  readonly measure: (scale: Scale) => Promise<Figure[]>;
}

type Measurement = (bench: Bench) => Promise<Figure[]>;
type Setting = Parameters<typeof Bench.start>[2];

export const SECTIONS: readonly Section[] = [
  onRedis('add', adding),
  onRedis('process', processing),
  onRedis('share', sharing),
  onRedis('pick-up', pickUp),
  onRedis('commands', commandsPerJob),
  onRedis('processor', processorTime),
  onRedis('idle', idle),
  ...again('aof', ', AOF everysec', { aof: 'everysec' }),
  ...again('rtt', ', 1 ms round trip', { delayMs: 1 }),
  onRedis('backlog', backlog),
  onRedis('growth', growth),
  { name: 'sqlite', peer: 'bare inserts', measure: sqlite },
];

/** What depends on how the server is reached, and on how it keeps what it has. */
function again(name: string, label: string, setting: Setting): Section[] {
  return [
    onRedis(`${name}-add`, adding, label, setting),
    onRedis(`${name}-process`, processing, label, setting),
    onRedis(`${name}-share`, sharing, label, setting),
    onRedis(`${name}-pick-up`, pickUp, label, setting),
  ];
}

function onRedis(name: string, measurement: Measurement, label = '', setting: Setting = {}): Section {
  return {
    name,
    peer: 'BullMQ',
    async measure(scale) {
      await using bench = await Bench.start(scale, label, setting);
      return await measurement(bench);
    },
  };
}
