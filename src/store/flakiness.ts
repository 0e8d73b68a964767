import { type Executor, query } from './executor.ts';
import type { DiagnosisRecord, Flakiness, FlakinessStore } from './types.ts';

/** Newest failures that are looked at. */
const FAILURES_MAX = 500;

/** Evidence of flaky checks, counted in SQL from the diagnoses and the successes. */
export class SqlFlakiness implements FlakinessStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async of(
    failure: Pick<DiagnosisRecord, 'repositoryId' | 'checkName' | 'fingerprint'>,
    since: number,
  ): Promise<Flakiness> {
    const [row] = await this.#executor.read(
      failures(failure, since)
        .innerJoin('check_runs as failed', 'failed.id', 'diagnoses.check_run_id')
        .innerJoin('check_runs as passed', (join) =>
          join
            .onRef('passed.repository_id', '=', 'diagnoses.repository_id')
            .onRef('passed.head_sha', '=', 'diagnoses.head_sha')
            .onRef('passed.name', '=', 'diagnoses.check_name')
            .on((on) => on('passed.suite_id', 'is', on.ref('failed.suite_id'))),
        )
        .select(({ fn }) => fn.count<number>('diagnoses.head_sha').distinct().as('commits'))
        .where('passed.conclusion', '=', 'success'),
    );
    return { bothOnOneCommit: row?.commits ?? 0, returns: await this.#returns(failure, since) };
  }

  /** A success between two failures on one pull request is one return. */
  async #returns(
    failure: Pick<DiagnosisRecord, 'repositoryId' | 'checkName' | 'fingerprint'>,
    since: number,
  ): Promise<number> {
    const failed = await this.#executor.read(
      failures(failure, since)
        .innerJoin('check_runs', 'check_runs.id', 'diagnoses.check_run_id')
        .select(['diagnoses.pr_number as pull', 'check_runs.completed_at as at'])
        .where('diagnoses.pr_number', 'is not', null)
        .orderBy('diagnoses.created_at', 'desc')
        .limit(FAILURES_MAX),
    );
    if (failed.length < 2) return 0;
    const passed = await this.#executor.read(
      query
        .selectFrom('check_runs')
        .select(['pr_number as pull', 'completed_at as at'])
        .where('repository_id', '=', failure.repositoryId)
        .where('name', '=', failure.checkName)
        .where('completed_at', '>=', since)
        .where('conclusion', '=', 'success'),
    );
    let returns = 0;
    for (const [pull, times] of Map.groupBy(failed, (row) => row.pull)) {
      const ends = times.map(({ at }) => at ?? 0).toSorted((a, b) => a - b);
      const between = (from: number, to: number) =>
        passed.some((row) => row.pull === pull && from < (row.at ?? 0) && (row.at ?? 0) < to);
      returns += ends.filter((end, index) => index > 0 && between(ends[index - 1] ?? 0, end)).length;
    }
    return returns;
  }
}

function failures(
  {
    repositoryId,
    checkName,
    fingerprint,
  }: Pick<DiagnosisRecord, 'repositoryId' | 'checkName' | 'fingerprint'>,
  since: number,
) {
  return query
    .selectFrom('diagnoses')
    .where('diagnoses.repository_id', '=', repositoryId)
    .where('diagnoses.fingerprint', '=', fingerprint)
    .where('diagnoses.check_name', '=', checkName)
    .where('diagnoses.base_broken', '=', 0)
    .where('diagnoses.created_at', '>=', since);
}
