import { DatabaseSync } from 'node:sqlite';

/** What an analysis found out about a pull request. */
export interface Analysis {
  /** `owner/repository#number`. */
  readonly pullRequest: string;
  readonly kind: 'complexity' | 'quality';
  /** 0..10. */
  readonly score: number;
  /** Milliseconds since the epoch. */
  readonly analyzedAt: number;
}

/**
 * Results in a database. A message may come twice, so saving is idempotent: there is one row per pull request and
 * kind, and the newest analysis stands.
 */
export class AnalysisRepository {
  readonly #database: DatabaseSync;

  /** @param path of the SQLite file; `:memory:` keeps it in memory */
  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(`CREATE TABLE IF NOT EXISTS analyses (
      pull_request TEXT NOT NULL,
      kind TEXT NOT NULL,
      score REAL NOT NULL,
      analyzed_at INTEGER NOT NULL,
      PRIMARY KEY (pull_request, kind)
    ) STRICT`);
  }

  save({ pullRequest, kind, score, analyzedAt }: Analysis): void {
    this.#database
      .prepare(`INSERT INTO analyses VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
        SET score = excluded.score, analyzed_at = excluded.analyzed_at
        WHERE excluded.analyzed_at >= analyses.analyzed_at`)
      .run(pullRequest, kind, score, analyzedAt);
  }

  /** All or none, in one transaction. */
  saveAll(analyses: readonly Analysis[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const analysis of analyses) this.save(analysis);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  find(pullRequest: string): Analysis[] {
    const rows = this.#database
      .prepare(`SELECT pull_request AS pullRequest, kind, score, analyzed_at AS analyzedAt
        FROM analyses WHERE pull_request = ? ORDER BY kind`)
      .all(pullRequest);
    return rows.map((row) => ({ ...row }) as unknown as Analysis);
  }

  close(): void {
    this.#database.close();
  }
}
