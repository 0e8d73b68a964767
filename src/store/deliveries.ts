import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { type Executor, query } from './executor.ts';
import { type HoleOf, prepare } from './prepared.ts';
import type { Schema } from './schema.ts';
import type { DeliveryRecord, DeliveryStatus, DeliveryStore } from './types.ts';

const headers = z.record(z.string(), z.string());

/** All columns but the body. */
const FACTS = [
  'app_id',
  'guid',
  'event',
  'action',
  'installation_id',
  'repository_id',
  'headers',
  'received_at',
  'status',
  'attempts',
  'next_attempt_at',
  'note',
  'messages',
] as const;

type Key = { appId: string; guid: string };

type Received = Key &
  Pick<
    DeliveryRecord,
    | 'event'
    | 'action'
    | 'installationId'
    | 'repositoryId'
    | 'receivedAt'
    | 'attempts'
    | 'nextAttemptAt'
    | 'note'
  > & { headers: string };

const NO_BODY = Buffer.alloc(0);

/** Of a delivery that is new; right before it. */
const RECEIVE_BODY = prepare((hole: HoleOf<Key & { body: Uint8Array }>) =>
  query
    .insertInto('delivery_bodies')
    .columns(['body'])
    .expression(
      query
        .selectNoFrom((eb) => eb.val(hole('body')).as('body'))
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('deliveries')
                .select('guid')
                .where('app_id', '=', hole('appId'))
                .where('guid', '=', hole('guid')),
            ),
          ),
        ),
    ),
);

const RECEIVE = prepare((hole: HoleOf<Received>) =>
  query
    .insertInto('deliveries')
    .values({
      app_id: hole('appId'),
      guid: hole('guid'),
      event: hole('event'),
      action: hole('action'),
      installation_id: hole('installationId'),
      repository_id: hole('repositoryId'),
      headers: hole('headers'),
      body: NO_BODY,
      body_id: sql<number>`last_insert_rowid()`,
      received_at: hole('receivedAt'),
      status: 'open',
      attempts: hole('attempts'),
      next_attempt_at: hole('nextAttemptAt'),
      note: hole('note'),
      messages: 0,
    })
    .onConflict((conflict) => conflict.columns(['app_id', 'guid']).doNothing())
    .returning('guid'),
);

const MARK_DONE = prepare((hole: HoleOf<Key & { messages: number; note: string | null }>) =>
  query
    .updateTable('deliveries')
    .set({ status: 'done', messages: hole('messages'), note: hole('note'), next_attempt_at: null })
    .where('app_id', '=', hole('appId'))
    .where('guid', '=', hole('guid')),
);

const STATUS = prepare((hole: HoleOf<Key>) =>
  query
    .selectFrom('deliveries')
    .select('status')
    .where('app_id', '=', hole('appId'))
    .where('guid', '=', hole('guid')),
);

/** The inbox of deliveries in SQL. */
export class SqlDeliveries implements DeliveryStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async receive(record: DeliveryRecord): Promise<'new' | DeliveryStatus> {
    const { appId, guid, body } = record;
    const added = await this.#executor.write(
      RECEIVE_BODY({ appId, guid, body }),
      RECEIVE({ ...record, headers: JSON.stringify(record.headers) }),
    );
    if (added.length > 0) return 'new';
    // It may have been purged in between; then a later redelivery is new.
    return (await this.status(appId, guid)) ?? 'done';
  }

  async markDone(appId: string, guid: string, end: { messages: number; note?: string }): Promise<void> {
    await this.#executor.write(MARK_DONE({ appId, guid, messages: end.messages, note: end.note ?? null }));
  }

  async markFailed(
    appId: string,
    guid: string,
    failure: { note: string; nextAttemptAt: number; maxAttempts: number; counted?: boolean },
  ): Promise<DeliveryStatus> {
    const step = failure.counted ? 0 : 1;
    const exhausted = sql<boolean>`attempts + ${step} >= ${failure.maxAttempts}`;
    const [row] = await this.#executor.write(
      query
        .updateTable('deliveries')
        .set((eb) => ({
          attempts: eb('attempts', '+', step),
          status: sql<DeliveryStatus>`CASE WHEN ${exhausted} THEN 'dead' ELSE 'open' END`,
          next_attempt_at: sql<
            number | null
          >`CASE WHEN ${exhausted} THEN NULL ELSE ${failure.nextAttemptAt} END`,
          note: failure.note,
        }))
        .where('app_id', '=', appId)
        .where('guid', '=', guid)
        .where('status', '=', 'open')
        .returning('status'),
    );
    return row?.status ?? (await this.status(appId, guid)) ?? 'dead';
  }

  async status(appId: string, guid: string): Promise<DeliveryStatus | null> {
    const [row] = await this.#executor.read(STATUS({ appId, guid }));
    return row?.status ?? null;
  }

  async find(appId: string, guid: string): Promise<DeliveryRecord | null> {
    const [row] = await this.#executor.read(
      query
        .selectFrom('deliveries')
        .select([...FACTS, bodyOf()])
        .where('app_id', '=', appId)
        .where('guid', '=', guid),
    );
    return row ? recordOf(row) : null;
  }

  async due(appId: string, now: number, limit: number): Promise<Omit<DeliveryRecord, 'body'>[]> {
    const rows = await this.#executor.read(
      query
        .selectFrom('deliveries')
        .select(FACTS)
        // By the index of open ones: said literally, or they might be others, and not by that of the App's, which are all.
        .where('status', '=', sql.lit('open'))
        .where(sql`+app_id`, '=', appId)
        .where('next_attempt_at', '<=', now)
        .orderBy('next_attempt_at')
        .limit(limit),
    );
    return rows.map(factsOf);
  }

  async takeUp(
    listed: Pick<DeliveryRecord, 'appId' | 'guid' | 'attempts' | 'nextAttemptAt'>,
    nextAttemptAt: number,
  ): Promise<DeliveryRecord | null> {
    const [row] = await this.#executor.write(
      query
        .updateTable('deliveries')
        .set((eb) => ({ attempts: eb('attempts', '+', 1), next_attempt_at: nextAttemptAt }))
        .where('app_id', '=', listed.appId)
        .where('guid', '=', listed.guid)
        .where('status', '=', 'open')
        .where('attempts', '=', listed.attempts)
        .where('next_attempt_at', '=', listed.nextAttemptAt)
        .returning([...FACTS, bodyOf()]),
    );
    return row ? recordOf(row) : null;
  }

  async list(
    options: { status?: DeliveryStatus; limit?: number } = {},
  ): Promise<Omit<DeliveryRecord, 'body'>[]> {
    const { status, limit = 100 } = options;
    // Open ones are few, and have an index by something else: they are found by it, and sorted.
    const order = status === 'open' ? sql`+received_at` : sql`received_at`;
    let select = query.selectFrom('deliveries').select(FACTS).orderBy(order, 'desc').limit(limit);
    // Said literally, for the indexes of those that are seldom.
    if (status) select = select.where('status', '=', sql.lit(status));
    return (await this.#executor.read(select)).map(factsOf);
  }

  async counts(): Promise<Record<DeliveryStatus, number>> {
    const rows = await this.#executor.read(query.selectFrom('delivery_counts').selectAll());
    return { open: 0, done: 0, dead: 0, ...Object.fromEntries(rows.map((row) => [row.status, row.count])) };
  }

  async purge(before: number, limit: number): Promise<number> {
    const old = query
      .selectFrom('deliveries')
      .select(sql<number>`rowid`.as('rowid'))
      .where('status', '=', 'done')
      .where('received_at', '<', before)
      .orderBy('received_at')
      .limit(limit);
    const removed = await this.#executor.write(
      query.deleteFrom('deliveries').where(sql`rowid`, 'in', old).returning('guid'),
    );
    return removed.length;
  }
}

type Row = Omit<Selectable<Schema['deliveries']>, 'body_id'>;

/** Deliveries from before bodies had a table of their own have theirs in the row. */
function bodyOf() {
  return sql<Uint8Array>`coalesce((SELECT b.body FROM delivery_bodies b WHERE b.id = body_id), deliveries.body)`.as(
    'body',
  );
}

function recordOf(row: Row): DeliveryRecord {
  return { ...factsOf(row), body: Buffer.from(row.body) };
}

function factsOf(row: Omit<Row, 'body'>): Omit<DeliveryRecord, 'body'> {
  return {
    appId: row.app_id,
    guid: row.guid,
    event: row.event,
    action: row.action,
    installationId: row.installation_id,
    repositoryId: row.repository_id,
    headers: headers.parse(JSON.parse(row.headers)),
    receivedAt: row.received_at,
    status: row.status,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    note: row.note,
    messages: row.messages,
  };
}
