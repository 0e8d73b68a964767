import { sql } from 'kysely';
import type { RequestVerb } from '../messages/request-verbs.ts';
import { type Executor, query } from './executor.ts';

/** What a person asked for, and what was answered. */
export interface PersonRequestRecord {
  /** The message's id. */
  id: string;
  repositoryId: string;
  prNumber: number;
  /** Head of the pull request when it was answered. */
  headSha: string;
  verb: RequestVerb;
  source: 'button' | 'command';
  /** Login. */
  requestedBy: string;
  /** Name of the rule that refused it; null where it was granted. */
  rule: string | null;
  /** One sentence for the person. */
  answer: string;
  /** Everything that follows from it is done: it is not answered a second time. */
  settled: boolean;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface PersonRequestStore {
  /** Keeps it, or replaces the one of that id; its time stays that of the first. */
  keep(record: PersonRequestRecord): Promise<void>;
  find(id: string): Promise<PersonRequestRecord | null>;
  /** Newest first. @param limit default 20 */
  listByPullRequest(repositoryId: string, prNumber: number, limit?: number): Promise<PersonRequestRecord[]>;
}

const COLUMNS = [
  'id',
  'repository_id as repositoryId',
  'pr_number as prNumber',
  'head_sha as headSha',
  'verb',
  'source',
  'requested_by as requestedBy',
  'rule',
  'answer',
  'settled',
  'at',
] as const;

/** Requests of people in SQL. */
export class SqlPersonRequests implements PersonRequestStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async keep(record: PersonRequestRecord): Promise<void> {
    const { id, repositoryId, prNumber, headSha, verb, source, requestedBy, rule, answer, at } = record;
    const facts = {
      repository_id: repositoryId,
      pr_number: prNumber,
      head_sha: headSha,
      verb,
      source,
      requested_by: requestedBy,
      rule,
      answer,
      settled: Number(record.settled),
    };
    await this.#executor.write(
      query
        .insertInto('person_requests')
        .values({ id, at, ...facts })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(facts)),
    );
  }

  async find(id: string): Promise<PersonRequestRecord | null> {
    const [row] = await this.#executor.read(
      query.selectFrom('person_requests').select(COLUMNS).where('id', '=', id),
    );
    return row ? { ...row, settled: row.settled === 1 } : null;
  }

  async listByPullRequest(
    repositoryId: string,
    prNumber: number,
    limit = 20,
  ): Promise<PersonRequestRecord[]> {
    const rows = await this.#executor.read(
      query
        .selectFrom('person_requests')
        .select(COLUMNS)
        .where('repository_id', '=', repositoryId)
        .where('pr_number', '=', prNumber)
        .orderBy('at', 'desc')
        // Several commands of one comment are answered within a millisecond.
        .orderBy(sql`rowid`, 'desc')
        .limit(limit),
    );
    return rows.map((row) => ({ ...row, settled: row.settled === 1 }));
  }
}
