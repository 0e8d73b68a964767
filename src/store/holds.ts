import { type Executor, query } from './executor.ts';

/** A failed check whose fix waits until the base is mended. */
export interface HoldRecord {
  checkRunId: string;
  repositoryId: string;
  prNumber: number;
  headSha: string;
  checkName: string;
  /** Branch that the pull request goes into. */
  baseRef: string;
  heldAt: number;
}

export interface HoldStore {
  /** Keeps the row that is there: the check is held since then. */
  put(record: HoldRecord): Promise<void>;
  remove(checkRunId: string): Promise<void>;
  find(checkRunId: string): Promise<HoldRecord | null>;
  listByPullRequest(repositoryId: string, prNumber: number): Promise<HoldRecord[]>;
  /** Those of a repository, of one check where `checkName` is given; oldest first. */
  listByRepository(repositoryId: string, checkName?: string): Promise<HoldRecord[]>;
}

const COLUMNS = [
  'check_run_id as checkRunId',
  'repository_id as repositoryId',
  'pr_number as prNumber',
  'head_sha as headSha',
  'check_name as checkName',
  'base_ref as baseRef',
  'held_at as heldAt',
] as const;

/** Holds in SQL: what waits for the base survives a restart. */
export class SqlHolds implements HoldStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async put(record: HoldRecord): Promise<void> {
    await this.#executor.write(
      query
        .insertInto('holds')
        .values({
          check_run_id: record.checkRunId,
          repository_id: record.repositoryId,
          pr_number: record.prNumber,
          head_sha: record.headSha,
          check_name: record.checkName,
          base_ref: record.baseRef,
          held_at: record.heldAt,
        })
        .onConflict((conflict) => conflict.column('check_run_id').doNothing()),
    );
  }

  async remove(checkRunId: string): Promise<void> {
    await this.#executor.write(query.deleteFrom('holds').where('check_run_id', '=', checkRunId));
  }

  async find(checkRunId: string): Promise<HoldRecord | null> {
    const [record] = await this.#executor.read(select().where('check_run_id', '=', checkRunId));
    return record ?? null;
  }

  async listByPullRequest(repositoryId: string, prNumber: number): Promise<HoldRecord[]> {
    return await this.#executor.read(
      select().where('repository_id', '=', repositoryId).where('pr_number', '=', prNumber),
    );
  }

  async listByRepository(repositoryId: string, checkName?: string): Promise<HoldRecord[]> {
    const held = select().where('repository_id', '=', repositoryId);
    return await this.#executor.read(
      checkName === undefined ? held : held.where('check_name', '=', checkName),
    );
  }
}

const select = () => query.selectFrom('holds').select(COLUMNS).orderBy('held_at').orderBy('check_run_id');
