import { DatabaseError } from './errors.ts';

/**
 * Oldest engine that is accepted: WAL databases of 3.7.0 to 3.51.2 could be corrupted when several connections
 * write and checkpoint at once; fixed in 3.51.3 (https://www.sqlite.org/wal.html#walreset).
 */
const ENGINE_MIN = '3.51.3';

/** @throws DatabaseError `engine_too_old` if `version` is below {@link ENGINE_MIN} */
export function assertEngineVersion(version: string): void {
  if (compare(version, ENGINE_MIN) >= 0) return;
  throw new DatabaseError(
    'engine_too_old',
    `SQLite ${version} is too old: ${ENGINE_MIN} or newer is needed, as older engines can corrupt a shared WAL file`,
  );
}

function compare(left: string, right: string): number {
  const [a, b] = [left, right].map((version) => version.split('.').map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
