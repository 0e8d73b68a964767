import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../src/sqlite/database.ts';
import { assertEngineVersion } from '../../src/sqlite/engine-version.ts';
import { networkFilesystem } from '../../src/sqlite/network-filesystem.ts';
import { type TemporaryDirectory, temporaryDirectory } from './temporary.ts';

let directory: TemporaryDirectory;

beforeEach(() => {
  directory = temporaryDirectory();
});

afterEach(() => directory.remove());

describe('a file that cannot be opened', () => {
  it('is refused when it is not a database', async () => {
    writeFileSync(
      directory.file('text.db'),
      'not a database, but long enough to be read as a header'.repeat(50),
    );
    await expect(SqliteDatabase.open(directory.file('text.db'))).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('is refused when it is a directory, or when its directory is a file', async () => {
    mkdirSync(directory.file('folder.db'));
    await expect(SqliteDatabase.open(directory.file('folder.db'))).rejects.toMatchObject({
      code: 'cannot_open',
    });
    writeFileSync(directory.file('file'), '');
    await expect(SqliteDatabase.open(directory.file('file/x.db'))).rejects.toMatchObject({
      code: 'cannot_open',
    });
  });

  it.each(['', ':memory:', 'file:x.db'])('is refused when it is no plain path: "%s"', async (path) => {
    await expect(SqliteDatabase.open(path)).rejects.toMatchObject({ code: 'cannot_open' });
  });

  it('opens once the reason is gone', async () => {
    writeFileSync(directory.file('file'), '');
    await expect(SqliteDatabase.open(directory.file('file/x.db'))).rejects.toThrow();
    directory.remove();
    const database = await SqliteDatabase.open(directory.file('file/x.db'));
    await database.close();
  });
});

describe('a writer thread that ends by itself', () => {
  it('takes its process along, and leaves what was committed', async () => {
    const path = directory.file('thread.db');
    writeFileSync(
      directory.file('fatal.mjs'),
      'export const install = () => ({ operations: {}, controls: { end: () => process.exit(7) } });',
    );
    const program = `
      const { SqliteDatabase } = await import(${JSON.stringify(new URL('../../src/sqlite/database.ts', import.meta.url))});
      const database = await SqliteDatabase.open(${JSON.stringify(path)});
      await database.batch([{ sql: 'CREATE TABLE t (id INTEGER)' }]);
      await database.extend(new URL(${JSON.stringify(pathToFileURL(directory.file('fatal.mjs')))}));
      void database.control('end', null);
      setInterval(() => {}, 1_000);`;
    writeFileSync(directory.file('program.mjs'), program);
    const child = spawnSync(process.execPath, [directory.file('program.mjs')], { encoding: 'utf8' });
    expect(child.status).toBe(1);
    expect(child.stderr).toContain('the writer thread has ended');
    const database = await SqliteDatabase.open(path);
    expect(database.read('SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }]);
    await database.close();
  });
});

describe('engines and file systems', () => {
  it('refuses engines with the WAL bug, and only them', () => {
    for (const version of ['3.7.0', '3.49.2', '3.51.2', '2.99.99']) {
      expect(() => assertEngineVersion(version)).toThrowError(
        expect.objectContaining({ code: 'engine_too_old', message: expect.stringContaining('3.51.3') }),
      );
    }
    for (const version of ['3.51.3', '3.53.0', '4.0.0'])
      expect(() => assertEngineVersion(version)).not.toThrow();
  });

  it('knows network file systems by their number', () => {
    expect(networkFilesystem(0x6969)).toBe('NFS');
    expect(networkFilesystem(0xff534d42 | 0)).toBe('CIFS');
    expect(networkFilesystem(0xef53)).toBeUndefined();
  });
});

describe('a database that cannot write for a time', () => {
  let database: SqliteDatabase;

  beforeEach(async () => {
    database = await SqliteDatabase.open(directory.file('x.db'), { busyTimeoutMs: 50 });
    await database.batch([{ sql: 'CREATE TABLE t (n)' }]);
  });

  afterEach(() => database.close());

  const insert = { sql: 'INSERT INTO t VALUES (1)' };
  const big = { sql: 'INSERT INTO t VALUES (zeroblob(400000))' };

  it('fails with `locked` while another connection holds the lock, and works afterwards', async () => {
    const other = new Database(database.path);
    other.exec('BEGIN IMMEDIATE');
    await expect(database.batch([insert])).rejects.toMatchObject({
      code: 'locked',
      sqliteCode: 'SQLITE_BUSY',
    });
    expect(database.read('SELECT * FROM t')).toEqual([]);
    other.exec('COMMIT');
    other.close();
    await database.batch([insert]);
    expect(database.read('SELECT n FROM t')).toEqual([{ n: 1 }]);
  });

  it('fails with `disk_full` only what does not fit, and works once there is room', async () => {
    await database.batch([{ sql: 'PRAGMA max_page_count = 20' }]);
    const [small, large, another] = await Promise.allSettled([
      database.batch([insert]),
      database.batch([big]),
      database.batch([insert]),
    ]);
    expect(small.status).toBe('fulfilled');
    expect(large).toMatchObject({ status: 'rejected', reason: { code: 'disk_full' } });
    expect(another.status).toBe('fulfilled');
    await database.batch([{ sql: 'PRAGMA max_page_count = 1000000' }]);
    await database.batch([big]);
    expect(database.read('SELECT count(*) AS n FROM t')).toEqual([{ n: 3 }]);
  });
});
