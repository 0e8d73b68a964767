import { setTimeout as sleep } from 'node:timers/promises';
import { BULK, type Side, type Work } from './sides/side.ts';

/** When something happened to a message: id, and milliseconds of the machine's monotonic clock. */
export type Moment = readonly [id: string, at: number];

/** What one process can be asked to do with its queue; input and output of each. */
export interface Calls {
  configuration: [Record<string, never>, Readonly<Record<string, unknown>>];
  /** Adds messages in bulk, one call after the other; answers milliseconds. */
  addBulk: [{ first: number; count: number }, number];
  /** Adds single messages with so many under way at once; answers milliseconds. */
  addSingly: [{ first: number; count: number; inFlight: number }, number];
  /** Adds single messages, each after a pause; answers when each was sent. */
  trickle: [{ first: number; count: number; gapMs: number }, Moment[]];
  pause: [Record<string, never>, null];
  resume: [Record<string, never>, null];
  /** Milliseconds of processor that the process has used, with all its threads. */
  processorMs: [Record<string, never>, number];
  /** Works until so many are done; answers the milliseconds from the end of the warm-up on. */
  work: [Work & { jobs: number; warmUp: number }, number];
  /** Starts a worker that runs until `ear`. */
  listen: [Work, null];
  /** How many are done since `listen`. */
  heard: [Record<string, never>, number];
  /** Stops what `listen` started; answers when each handler began. */
  deafen: [Record<string, never>, Moment[]];
}

export type CallTable = { [Name in keyof Calls]: (input: Calls[Name][0]) => Promise<Calls[Name][1]> };

/** The same for all processes of one machine. */
const now = () => Number(process.hrtime.bigint()) / 1e6;

/** The measurements in the process of the side itself. */
export function drive(side: Side): CallTable {
  let ear: { done: number; started: Moment[]; stop: () => Promise<void> } | undefined;
  return {
    configuration: async () => side.configuration,
    async addBulk({ first, count }) {
      const startedAt = now();
      for (let at = 0; at < count; at += BULK) await side.addBulk(first + at, Math.min(BULK, count - at));
      return now() - startedAt;
    },
    async addSingly({ first, count, inFlight }) {
      let next = first;
      const sendRest = async () => {
        while (next < first + count) await side.add(next++);
      };
      const startedAt = now();
      await Promise.all(Array.from({ length: inFlight }, sendRest));
      return now() - startedAt;
    },
    async trickle({ first, count, gapMs }) {
      const sent: Moment[] = [];
      for (let n = first; n < first + count; n++) {
        await sleep(gapMs);
        sent.push([`bench_${n}`, now()]);
        await side.add(n);
      }
      return sent;
    },
    async pause() {
      await side.pause();
      return null;
    },
    async resume() {
      await side.resume();
      return null;
    },
    async processorMs() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    work: (input) => work(side, input),
    async listen(input) {
      const started: Moment[] = [];
      const stop = await side.work(input, {
        started: (id) => void started.push([id, now()]),
        done: () => {
          if (ear) ear.done++;
        },
      });
      ear = { done: 0, started, stop };
      return null;
    },
    heard: async () => ear?.done ?? 0,
    async deafen() {
      await ear?.stop();
      return ear?.started ?? [];
    },
  };
}

async function work(side: Side, { jobs, warmUp, ...how }: Calls['work'][0]): Promise<number> {
  const ended = Promise.withResolvers<number>();
  let done = 0;
  let warmAt = 0;
  const stop = await side.work(how, {
    done: () => {
      done++;
      if (done === warmUp) warmAt = now();
      if (done === jobs) ended.resolve(now() - warmAt);
    },
  });
  const ms = await ended.promise;
  await stop();
  return ms;
}
