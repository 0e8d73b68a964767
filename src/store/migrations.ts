import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CheckmendError } from '../errors.ts';
import type { SqliteDatabase } from '../sqlite/database.ts';

const FOLDER = path.join(import.meta.dirname, 'migrations');

/** `NNNN-name.sql`, applied in the order of their numbers, each once. */
const FILE = /^(\d{4})-[\w-]+\.sql$/;

/**
 * Brings the store's tables to the version of this build. Several processes may start at once: each migration is
 * one atomic batch that fails when another process has applied it, and is then looked at again.
 *
 * @throws CheckmendError `format_version` when a newer build has been at the file
 */
export async function migrate(database: SqliteDatabase): Promise<void> {
  const migrations = readMigrations();
  await database.batch([
    {
      sql: 'CREATE TABLE IF NOT EXISTS store_migrations (version INTEGER NOT NULL PRIMARY KEY) WITHOUT ROWID',
    },
  ]);
  for (const { version, statements } of migrations) {
    if (currentVersion(database) >= version) continue;
    try {
      await database.batch([
        { sql: 'INSERT INTO store_migrations (version) VALUES (?)', params: [version] },
        ...statements.map((sql) => ({ sql })),
      ]);
    } catch (error) {
      if (currentVersion(database) < version) throw error;
    }
  }
  const latest = migrations.at(-1)?.version ?? 0;
  const current = currentVersion(database);
  if (current > latest) {
    throw new CheckmendError(
      'format_version',
      `the store is of version ${current}; this build knows up to ${latest}`,
    );
  }
}

function currentVersion(database: SqliteDatabase): number {
  const [row] = database.read<{ version: number | null }>(
    'SELECT max(version) AS version FROM store_migrations',
  );
  return row?.version ?? 0;
}

function readMigrations(): { version: number; statements: string[] }[] {
  return readdirSync(FOLDER)
    .toSorted()
    .flatMap((name) => {
      const version = FILE.exec(name)?.[1];
      return version
        ? [{ version: Number(version), statements: split(readFileSync(path.join(FOLDER, name), 'utf8')) }]
        : [];
    });
}

/** Statements end in `;` at the end of a line; those of a trigger are indented. */
function split(sql: string): string[] {
  return sql
    .split(/;\n(?! |END)/)
    .map((statement) => statement.trim())
    .filter(Boolean);
}
