import { z } from 'zod';
import { type Executor, query } from './executor.ts';

/** One process of the service, as it last reported itself. */
export interface ProcessRecord {
  /** Made anew at every start. */
  id: string;
  role: 'start' | 'serve' | 'work';
  host: string;
  pid: number;
  startedAt: number;
  seenAt: number;
  workers: WorkerReport[];
}

/** Where one worker of a process stands. */
export interface WorkerReport {
  name: string;
  queue: string;
  state: string;
  inFlight: number;
  processed: number;
  errors: number;
  lastSuccessAt: number | null;
}

export interface ProcessStore {
  /** Reports a process; the same id again replaces its row. Forgets those not seen for a day. */
  beat(record: ProcessRecord): Promise<void>;
  remove(id: string): Promise<void>;
  /** Those seen since, oldest start first. */
  list(since: number): Promise<ProcessRecord[]>;
}

/** Processes that have not reported for this long are forgotten, in milliseconds. */
const FORGET_AFTER_MS = 24 * 60 * 60 * 1000;

const workers: z.ZodType<WorkerReport[]> = z.array(
  z.object({
    name: z.string(),
    queue: z.string(),
    state: z.string(),
    inFlight: z.number(),
    processed: z.number(),
    errors: z.number(),
    lastSuccessAt: z.number().nullable(),
  }),
);

/** Processes of the service in SQL. */
export class SqlProcesses implements ProcessStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async beat(record: ProcessRecord): Promise<void> {
    const facts = {
      role: record.role,
      host: record.host,
      pid: record.pid,
      started_at: record.startedAt,
      seen_at: record.seenAt,
      workers: JSON.stringify(record.workers),
    };
    await this.#executor.write(
      query.deleteFrom('processes').where('seen_at', '<', record.seenAt - FORGET_AFTER_MS),
      query
        .insertInto('processes')
        .values({ id: record.id, ...facts })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(facts)),
    );
  }

  async remove(id: string): Promise<void> {
    await this.#executor.write(query.deleteFrom('processes').where('id', '=', id));
  }

  async list(since: number): Promise<ProcessRecord[]> {
    const rows = await this.#executor.read(
      query.selectFrom('processes').selectAll().where('seen_at', '>=', since).orderBy('started_at'),
    );
    return rows.map((row) => ({
      id: row.id,
      role: row.role,
      host: row.host,
      pid: row.pid,
      startedAt: row.started_at,
      seenAt: row.seen_at,
      workers: workers.parse(JSON.parse(row.workers)),
    }));
  }
}
