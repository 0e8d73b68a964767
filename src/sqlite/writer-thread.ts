import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { openWriter, runStatement, StatementCache } from './connection.ts';
import { DatabaseError, toPlainError } from './errors.ts';
import type { InstallExtension, WriterExtension, WriterScope } from './extension.ts';
import { GroupCommit } from './group-commit.ts';
import { IdleVacuum } from './idle-vacuum.ts';
import type { Task, ThreadMessage, WriterData, WriterReply, WriterRequest } from './protocol.ts';

/** Most tasks of one commit: bounds how long the write lock is held and how long the first reply waits. */
const GROUP_MAX = 512;

type Callable = (input: unknown) => unknown;

/** The thread that owns the writing connection of one file. */
class Writer {
  readonly #db: Database.Database;
  readonly #port: MessagePort;
  readonly #statements: StatementCache;
  readonly #commit: GroupCommit;
  readonly #vacuum: IdleVacuum;
  readonly #extensions = new Map<string, Promise<WriterExtension>>();
  readonly #installed: WriterExtension[] = [];
  readonly #operations = new Map<string, Callable>();
  readonly #controls = new Map<string, Callable>();

  constructor(db: Database.Database, port: MessagePort) {
    this.#db = db;
    this.#port = port;
    this.#statements = new StatementCache(db);
    this.#commit = new GroupCommit(db);
    this.#vacuum = new IdleVacuum(db);
  }

  /** Takes everything that waits on the port and runs it in as few commits as allowed. */
  drain(first: WriterRequest[]): void {
    const requests = [...first];
    for (;;) {
      const next = receiveMessageOnPort(this.#port);
      if (!next) break;
      requests.push(...(next.message as WriterRequest[]));
    }
    let group: (WriterRequest & Task)[] = [];
    for (const request of requests) {
      if (request.kind === 'batch' || request.kind === 'run') group.push(request);
      else {
        this.#runGroup(group);
        group = [];
        if (request.kind === 'control') this.#control(request);
        else if (request.kind === 'extend') void this.#extend(request.id, request.url);
        else this.#close(request.id);
      }
      if (group.length >= GROUP_MAX) {
        this.#runGroup(group);
        group = [];
      }
    }
    this.#runGroup(group);
  }

  #runGroup(group: readonly (WriterRequest & Task)[]): void {
    if (group.length === 0) return;
    const outcomes = this.#commit.run(group.map((request) => () => this.#execute(request)));
    this.#post(outcomes.map((outcome, index) => ({ id: group[index]?.id ?? 0, ...outcome })));
    this.#vacuum.touch();
  }

  #execute(task: Task): unknown {
    if (task.kind === 'batch') {
      return task.statements.map((statement) => runStatement(this.#statements, statement));
    }
    return call(this.#operations, task.operation, task.input);
  }

  #control({ id, operation, input }: WriterRequest & { kind: 'control' }): void {
    try {
      this.#post([{ id, ok: true, value: call(this.#controls, operation, input) }]);
    } catch (thrown) {
      this.#post([{ id, ok: false, error: toPlainError(thrown) }]);
    }
  }

  async #extend(id: number, url: string): Promise<void> {
    try {
      let extension = this.#extensions.get(url);
      if (!extension) {
        extension = this.#install(url);
        this.#extensions.set(url, extension);
      }
      await extension;
      this.#post([{ id, ok: true, value: null }]);
    } catch (thrown) {
      this.#extensions.delete(url);
      this.#post([{ id, ok: false, error: toPlainError(thrown) }]);
    }
  }

  async #install(url: string): Promise<WriterExtension> {
    const module = (await import(url)) as { install: InstallExtension };
    const scope: WriterScope = {
      db: this.#db,
      transaction: (work) => this.#commit.transaction(work),
      emit: (name, data) => this.#port.postMessage({ kind: 'event', name, data } satisfies ThreadMessage),
    };
    const extension = module.install(scope);
    this.#installed.push(extension);
    for (const [name, operation] of Object.entries(extension.operations)) {
      this.#operations.set(name, operation);
    }
    for (const [name, control] of Object.entries(extension.controls ?? {})) this.#controls.set(name, control);
    return extension;
  }

  #close(id: number): void {
    this.#vacuum.stop();
    for (const extension of this.#installed) extension.close?.();
    this.#db.close();
    this.#post([{ id, ok: true, value: null }]);
    this.#port.close();
  }

  #post(replies: WriterReply[]): void {
    this.#port.postMessage({ kind: 'replies', replies } satisfies ThreadMessage);
  }
}

function call(table: ReadonlyMap<string, Callable>, name: string, input: unknown): unknown {
  const callable = table.get(name);
  if (!callable) throw new DatabaseError('sql', `unknown operation ${name}`);
  return callable(input);
}

function start(port: MessagePort, { path, busyTimeoutMs }: WriterData): void {
  try {
    const writer = new Writer(openWriter(path, busyTimeoutMs), port);
    port.on('message', (requests: WriterRequest[]) => writer.drain(requests));
    port.postMessage({ kind: 'ready' } satisfies ThreadMessage);
  } catch (thrown) {
    port.postMessage({ kind: 'failed', error: toPlainError(thrown) } satisfies ThreadMessage);
  }
}

if (parentPort) start(parentPort, workerData as WriterData);
