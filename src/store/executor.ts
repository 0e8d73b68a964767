import {
  type Compilable,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { SqliteDatabase, SqlStatement, SqlValue } from '../sqlite/database.ts';
import type { Schema } from './schema.ts';

/** Builds queries; it has no connection, so a query built here can only be compiled. */
export const query = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** Runs compiled queries. There are no interactive transactions: what must be atomic is one batch. */
export interface Executor {
  /** All or none; resolves when durable. Answers the rows (`RETURNING`) of the last query. */
  write<Row>(...queries: [...Compilable[], Compilable<Row>]): Promise<Row[]>;
  /** Sees every write of this process that has resolved. */
  read<Row>(query: Compilable<Row>): Promise<Row[]>;
}

/** The executor over the embedded database. */
export class SqliteExecutor implements Executor {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  async write<Row>(...queries: [...Compilable[], Compilable<Row>]): Promise<Row[]> {
    const results = await this.#database.batch(queries.map(statementOf));
    return (results.at(-1)?.rows ?? []) as Row[];
  }

  async read<Row>(compilable: Compilable<Row>): Promise<Row[]> {
    const { sql, params } = statementOf(compilable);
    return this.#database.read<Row>(sql, params);
  }
}

function statementOf(compilable: Compilable): Required<SqlStatement> {
  const { sql, parameters } = compilable.compile();
  return { sql, params: parameters as readonly SqlValue[] };
}
