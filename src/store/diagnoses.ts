import type { Selectable } from 'kysely';
import type { Diagnosis } from '../analysis/types.ts';
import { type Executor, query } from './executor.ts';
import type { Schema } from './schema.ts';
import type { DiagnosisRecord, DiagnosisStore } from './types.ts';

/** Diagnoses in SQL, one per check run. */
export class SqlDiagnoses implements DiagnosisStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async upsert(record: DiagnosisRecord): Promise<void> {
    const facts = {
      repository_id: record.repositoryId,
      head_sha: record.headSha,
      pr_number: record.prNumber,
      check_name: record.checkName,
      fingerprint: record.fingerprint,
      diagnosis: JSON.stringify(record.diagnosis),
      created_at: record.createdAt,
      base_broken: Number(record.baseBroken),
    };
    await this.#executor.write(
      query
        .insertInto('diagnoses')
        .values({ check_run_id: record.checkRunId, ...facts })
        .onConflict((conflict) => conflict.column('check_run_id').doUpdateSet(facts)),
    );
  }

  async find(checkRunId: string): Promise<DiagnosisRecord | null> {
    const [row] = await this.#executor.read(
      query.selectFrom('diagnoses').selectAll().where('check_run_id', '=', checkRunId),
    );
    return row ? recordOf(row) : null;
  }

  async listByHead(repositoryId: string, headSha: string): Promise<DiagnosisRecord[]> {
    const rows = await this.#executor.read(
      query
        .selectFrom('diagnoses')
        .selectAll()
        .where('repository_id', '=', repositoryId)
        .where('head_sha', '=', headSha)
        .orderBy('check_name')
        .orderBy('check_run_id'),
    );
    return rows.map(recordOf);
  }

  async alike({
    repositoryId,
    prNumber,
    checkName,
    fingerprint,
  }: Pick<DiagnosisRecord, 'repositoryId' | 'prNumber' | 'checkName' | 'fingerprint'>): Promise<number[]> {
    const rows = await this.#executor.read(
      query
        .selectFrom('diagnoses')
        .innerJoin('pull_requests as pull', (join) =>
          join
            .onRef('pull.repository_id', '=', 'diagnoses.repository_id')
            .onRef('pull.number', '=', 'diagnoses.pr_number')
            .onRef('pull.head_sha', '=', 'diagnoses.head_sha'),
        )
        .select('pull.number')
        .distinct()
        .where('diagnoses.repository_id', '=', repositoryId)
        .where('diagnoses.fingerprint', '=', fingerprint)
        .where('diagnoses.check_name', '=', checkName)
        .where('pull.state', '=', 'open')
        .where('pull.number', '!=', prNumber ?? 0)
        .orderBy('pull.number'),
    );
    return rows.map(({ number }) => number);
  }
}

function recordOf(row: Selectable<Schema['diagnoses']>): DiagnosisRecord {
  return {
    checkRunId: row.check_run_id,
    repositoryId: row.repository_id,
    headSha: row.head_sha,
    prNumber: row.pr_number,
    checkName: row.check_name,
    fingerprint: row.fingerprint,
    // Written by this class alone, from the same type.
    diagnosis: JSON.parse(row.diagnosis) as Diagnosis,
    createdAt: row.created_at,
    baseBroken: row.base_broken === 1,
  };
}
