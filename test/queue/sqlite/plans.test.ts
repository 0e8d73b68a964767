import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../../src/queue/sqlite/schema.ts';
import { prepareStatements } from '../../../src/queue/sqlite/statements.ts';

describe('the statements of the queue', () => {
  const db = new Database(':memory:');
  migrate({ db, transaction: (work) => work(), emit: () => {} });
  const plans = Object.entries(prepareStatements(db)).map(([name, { source }]) => {
    const params = source.match(/\?/g) ?? [];
    const rows = db.prepare(`EXPLAIN QUERY PLAN ${source}`).all(...params.map(() => 1)) as {
      detail: string;
    }[];
    return { name, source, details: rows.map((row) => row.detail) };
  });

  it.each(plans)('$name costs no more with a backlog', ({ details }) => {
    // Sessions are as many as processes; everything else must be found through an index, in its order.
    const slow = details.filter((it) => /SCAN (?!queue_sessions|s\b)|TEMP B-TREE/.test(it));
    expect(slow).toEqual([]);
  });

  it.each(plans.filter(({ source }) => /ORDER BY|LIMIT|min\(/.test(source) && !source.startsWith('UPDATE')))(
    '$name is planned once, whatever it is asked with',
    ({ source }) => expect(source).not.toMatch(/[^+]\?/),
  );
});
