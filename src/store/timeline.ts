import type { Selectable } from 'kysely';
import { type Executor, query } from './executor.ts';
import { type HoleOf, prepare } from './prepared.ts';
import type { Schema } from './schema.ts';

/** What a timeline entry tells. */
export type TimelineKind = 'event' | 'diagnosis' | 'verdict' | 'action' | 'refusal' | 'error';

/** One line of the append-only audit log; `checkmend why` prints them. */
export interface TimelineEntry {
  at: number;
  kind: TimelineKind;
  repositoryId: string;
  owner: string;
  repo: string;
  prNumber: number | null;
  headSha: string | null;
  checkRunId: string | null;
  /** Name of the rule that decided, for verdicts and refusals. */
  rule: string | null;
  /** One sentence for a person. */
  message: string;
  data: unknown;
  correlationId: string | null;
  /** Entries with a key that is there already are not added again (at-least-once workers). */
  dedupeKey: string | null;
}

export interface TimelineStore {
  append(entry: TimelineEntry): Promise<void>;
  /** Oldest first. `afterId` is for following: only newer entries. @param options `limit` default 1000 */
  list(
    where: { owner?: string; repo?: string; prNumber?: number },
    options?: { afterId?: number; limit?: number },
  ): Promise<(TimelineEntry & { id: number })[]>;
}

const APPEND = prepare((hole: HoleOf<Omit<TimelineEntry, 'data'> & { data: string }>) =>
  query
    .insertInto('timeline')
    .values({
      at: hole('at'),
      kind: hole('kind'),
      repository_id: hole('repositoryId'),
      owner: hole('owner'),
      repo: hole('repo'),
      pr_number: hole('prNumber'),
      head_sha: hole('headSha'),
      check_run_id: hole('checkRunId'),
      rule: hole('rule'),
      message: hole('message'),
      data: hole('data'),
      correlation_id: hole('correlationId'),
      dedupe_key: hole('dedupeKey'),
    })
    .onConflict((conflict) => conflict.column('dedupe_key').doNothing()),
);

/** The append-only audit log in SQL. */
export class SqlTimeline implements TimelineStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async append(entry: TimelineEntry): Promise<void> {
    await this.#executor.write(APPEND({ ...entry, data: JSON.stringify(entry.data ?? null) }));
  }

  async list(
    where: { owner?: string; repo?: string; prNumber?: number },
    { afterId = 0, limit = 1000 }: { afterId?: number; limit?: number } = {},
  ): Promise<(TimelineEntry & { id: number })[]> {
    let select = query
      .selectFrom('timeline')
      .selectAll()
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(limit);
    if (where.owner !== undefined) select = select.where('owner', '=', where.owner);
    if (where.repo !== undefined) select = select.where('repo', '=', where.repo);
    const { prNumber } = where;
    if (prNumber !== undefined) {
      // Checks of a fork name no pull request: they belong to it by its heads.
      let heads = query
        .selectFrom('timeline')
        .select('head_sha')
        .distinct()
        .where('pr_number', '=', prNumber);
      if (where.owner !== undefined) heads = heads.where('owner', '=', where.owner);
      if (where.repo !== undefined) heads = heads.where('repo', '=', where.repo);
      select = select.where((all) =>
        all.or([
          all('pr_number', '=', prNumber),
          all.and([all('pr_number', 'is', null), all('head_sha', 'in', heads)]),
        ]),
      );
    }
    return (await this.#executor.read(select)).map(entryOf);
  }
}

function entryOf(row: Selectable<Schema['timeline']>): TimelineEntry & { id: number } {
  return {
    id: row.id,
    at: row.at,
    kind: row.kind as TimelineKind,
    repositoryId: row.repository_id,
    owner: row.owner,
    repo: row.repo,
    prNumber: row.pr_number,
    headSha: row.head_sha,
    checkRunId: row.check_run_id,
    rule: row.rule,
    message: row.message,
    data: JSON.parse(row.data) as unknown,
    correlationId: row.correlation_id,
    dedupeKey: row.dedupe_key,
  };
}
