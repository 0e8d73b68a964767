import type { Clock } from '../clock.ts';
import { SqliteDatabase } from '../sqlite/database.ts';
import { SqlBudgets } from './budgets.ts';
import { SqlCheckRuns } from './check-runs.ts';
import { SqlContents } from './contents.ts';
import { SqlControl } from './control.ts';
import { SqlCursors } from './cursors.ts';
import { SqlDeliveries } from './deliveries.ts';
import { SqlDiagnoses } from './diagnoses.ts';
import { type Executor, SqliteExecutor } from './executor.ts';
import { SqlFixAttempts } from './fix-attempts.ts';
import { SqlFlakiness } from './flakiness.ts';
import { SqlHistory } from './history.ts';
import { SqlHolds } from './holds.ts';
import { SqlIgnoredFailures } from './ignored-failures.ts';
import { SqlInstallations } from './installations.ts';
import { migrate } from './migrations.ts';
import { SqlOwnComments } from './own-comments.ts';
import { SqlPersonRequests } from './person-requests.ts';
import { SqlProcesses } from './processes.ts';
import { SqlPullRequests } from './pull-requests.ts';
import { SqlScoreboard } from './scoreboard.ts';
import { SqlSlots } from './slots.ts';
import { SqlTimeline } from './timeline.ts';
import type { Store } from './types.ts';

/** Options of {@link openSqliteStore}. */
export interface SqliteStoreOptions {
  /** Path of the database file; it and the folders above it are created when missing. */
  path: string;
  clock: Clock;
}

/**
 * Opens the embedded store and brings its tables up to date.
 * @throws DatabaseError when the file cannot be opened; CheckmendError `format_version` for a newer build's file
 */
export async function openSqliteStore({ path, clock }: SqliteStoreOptions): Promise<Store> {
  const database = await SqliteDatabase.open(path);
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return {
    ...repositories(new SqliteExecutor(database), clock),
    async check() {
      // A row of its own: what is asked is whether a commit goes through.
      await database.batch([
        {
          sql: 'INSERT INTO schedule_slots (name, slot) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET slot = excluded.slot',
          params: ['readiness', clock.now()],
        },
      ]);
      database.read('SELECT slot FROM schedule_slots WHERE name = ?', ['readiness']);
    },
    close: () => database.close(),
  };
}

function repositories(executor: Executor, clock: Clock): Omit<Store, 'check' | 'close'> {
  return {
    pullRequests: new SqlPullRequests(executor),
    checkRuns: new SqlCheckRuns(executor),
    diagnoses: new SqlDiagnoses(executor),
    fixAttempts: new SqlFixAttempts(executor),
    holds: new SqlHolds(executor),
    flakiness: new SqlFlakiness(executor),
    scoreboard: new SqlScoreboard(executor),
    timeline: new SqlTimeline(executor),
    deliveries: new SqlDeliveries(executor),
    installations: new SqlInstallations(executor),
    contents: new SqlContents(executor, clock),
    control: new SqlControl(executor),
    processes: new SqlProcesses(executor),
    slots: new SqlSlots(executor),
    cursors: new SqlCursors(executor),
    budgets: new SqlBudgets(executor),
    history: new SqlHistory(executor),
    personRequests: new SqlPersonRequests(executor),
    ignoredFailures: new SqlIgnoredFailures(executor),
    ownComments: new SqlOwnComments(executor),
  };
}
