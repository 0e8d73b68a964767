import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { it } from 'vitest';

const open: unknown[] = [];

it('leaves a database open', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leak-'));
  const database = new Database(join(folder, 'left.db'));
  database.exec('create table t (x)');
  open.push(database);
  rmSync(folder, { recursive: true });
});
