import { existsSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../src/sqlite/database.ts';
import { type TemporaryDirectory, temporaryDirectory } from './temporary.ts';

let directory: TemporaryDirectory;
const open: SqliteDatabase[] = [];

async function openDatabase(path = directory.file('data/store.db')): Promise<SqliteDatabase> {
  const database = await SqliteDatabase.open(path);
  open.push(database);
  return database;
}

beforeEach(() => {
  directory = temporaryDirectory();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((database) => database.close()));
  directory.remove();
});

const CREATE = { sql: 'CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, data BLOB)' };

describe('SqliteDatabase', () => {
  it('creates directories and the file, in WAL mode with incremental vacuum', async () => {
    const database = await openDatabase();
    expect(existsSync(directory.file('data/store.db'))).toBe(true);
    expect(database.read('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(database.read('PRAGMA auto_vacuum')).toEqual([{ auto_vacuum: 2 }]);
    const [synchronous] = await database.batch([{ sql: 'PRAGMA synchronous' }]);
    expect(synchronous?.rows).toEqual([{ synchronous: 2 }]);
  });

  it('commits what is asked for at the end of a turn together with the rest of the turn', async () => {
    const database = await openDatabase();
    await database.batch([
      CREATE,
      { sql: 'CREATE TABLE child (parent INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED)' },
    ]);
    // A key that is still missing when a transaction ends would fail it.
    const parents: Promise<unknown>[] = [];
    database.atTurnEnd(() => {
      // Long enough for the thread to have committed what had been sent before.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
      parents.push(database.batch([{ sql: 'INSERT INTO t (id) VALUES (7)' }]));
    });
    await database.batch([{ sql: 'INSERT INTO child VALUES (7)' }]);
    await Promise.all(parents);
    expect(database.read('SELECT parent FROM child')).toEqual([{ parent: 7 }]);
  });

  it('answers rows, changes and row ids, and reads what has resolved', async () => {
    const database = await openDatabase();
    const results = await database.batch([
      CREATE,
      { sql: 'INSERT INTO t (name, data) VALUES (?, ?)', params: ['a', new Uint8Array([1, 2])] },
      { sql: 'INSERT INTO t (name) VALUES (?) RETURNING id, name', params: ['b'] },
      { sql: 'UPDATE t SET data = NULL' },
    ]);
    expect(results[1]).toMatchObject({ rows: [], changes: 1, lastInsertRowid: 1 });
    expect(results[2]).toMatchObject({ rows: [{ id: 2, name: 'b' }], changes: 1 });
    expect(results[3]).toMatchObject({ changes: 2 });
    expect(database.read('SELECT name FROM t WHERE id = ?', [2])).toEqual([{ name: 'b' }]);
  });

  it('undoes a failing batch as a whole and leaves the others of its commit alone', async () => {
    const database = await openDatabase();
    await database.batch([CREATE]);
    const insert = (name: string) => ({ sql: 'INSERT INTO t (name) VALUES (?)', params: [name] });
    const settled = await Promise.allSettled([
      database.batch([insert('one')]),
      database.batch([insert('two'), insert('one')]),
      database.batch([insert('three')]),
    ]);
    expect(settled.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(settled[1]).toMatchObject({
      reason: { code: 'constraint', sqliteCode: 'SQLITE_CONSTRAINT_UNIQUE' },
    });
    expect(database.read('SELECT name FROM t ORDER BY id')).toEqual([{ name: 'one' }, { name: 'three' }]);
  });

  it('begins with many batches of a turn before the turn ends', async () => {
    const database = await openDatabase();
    await database.batch([CREATE]);
    const batches = Array.from({ length: 100 }, () =>
      database.batch([{ sql: 'INSERT INTO t (name) VALUES (NULL)' }]),
    );
    const count = () => Number(database.read('SELECT count(*) AS n FROM t')[0]?.n);
    // This turn goes on meanwhile.
    for (let looks = 0; looks < 2_000 && count() === 0; looks++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
    expect(count()).toBeGreaterThan(0);
    await Promise.all(batches);
    expect(count()).toBe(100);
  });

  it('commits what waits together in one transaction', async () => {
    const database = await openDatabase();
    await database.batch([CREATE]);
    const before = database.dataVersion();
    const versions = new Set<number>();
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        await database.batch([{ sql: 'INSERT INTO t (name) VALUES (?)', params: [`n${index}`] }]);
        versions.add(database.dataVersion());
      }),
    );
    expect(database.dataVersion()).not.toBe(before);
    expect(versions.size).toBeLessThan(20);
    expect(database.read('SELECT count(*) AS n FROM t')).toEqual([{ n: 200 }]);
  });

  it('refuses what cannot be sent to the thread, and nothing else of that turn', async () => {
    const database = await openDatabase();
    await database.batch([CREATE]);
    const settled = await Promise.allSettled([
      database.batch([{ sql: "INSERT INTO t (name) VALUES ('one')" }]),
      database.run('none', () => 'a function cannot be cloned'),
      database.batch([{ sql: "INSERT INTO t (name) VALUES ('two')" }]),
    ]);
    expect(settled).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'sql' } },
      { status: 'fulfilled' },
    ]);
    expect(database.read('SELECT name FROM t ORDER BY id')).toEqual([{ name: 'one' }, { name: 'two' }]);
  });

  it.each([-1, 0.5, Number.NaN, 60_001])('refuses to wait %d ms for a lock', async (busyTimeoutMs) => {
    await expect(SqliteDatabase.open(directory.file('x.db'), { busyTimeoutMs })).rejects.toMatchObject({
      name: 'ConfigError',
    });
  });

  it.each([
    'BEGIN',
    ' commit',
    'ROLLBACK',
    'savepoint x',
    'VACUUM',
    "ATTACH 'x' AS y",
    '-- x\n /* y\n*/ COMMIT',
  ])('refuses %j in a batch', async (sql) => {
    const database = await openDatabase();
    await expect(database.batch([{ sql }])).rejects.toMatchObject({ code: 'sql' });
    await expect(database.batch([CREATE])).resolves.toHaveLength(1);
  });

  it('shares one thread between handles of a file, also by another name, until the last is closed', async () => {
    const first = await openDatabase();
    symlinkSync(directory.file('data'), directory.file('link'));
    const second = await openDatabase(directory.file('link/store.db'));
    expect(second.path).toBe(first.path);
    await first.batch([CREATE]);
    await first.close();
    await first.close();
    await expect(first.batch([CREATE])).rejects.toMatchObject({ code: 'closed' });
    expect(() => first.read('SELECT 1')).toThrowError(expect.objectContaining({ code: 'closed' }));
    expect(second.read('SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }]);
    await second.close();
    expect(existsSync(`${first.path}-wal`)).toBe(false);
    const third = await openDatabase();
    expect(third.read('SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }]);
  });

  it('survives opening and closing at once', async () => {
    const path = directory.file('busy.db');
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const database = await SqliteDatabase.open(path);
        await database.batch([{ sql: 'CREATE TABLE IF NOT EXISTS t (n)' }]);
        await database.batch([{ sql: 'INSERT INTO t VALUES (?)', params: [index] }]);
        await database.close();
      }),
    );
    const database = await openDatabase(path);
    expect(database.read('SELECT count(*) AS n FROM t')).toEqual([{ n: 20 }]);
  });
});
