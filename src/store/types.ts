import type { Diagnosis } from '../analysis/types.ts';
import type { BudgetStore } from './budgets.ts';
import type { HoldStore } from './holds.ts';
import type { IgnoredFailureStore } from './ignored-failures.ts';
import type { OwnCommentStore } from './own-comments.ts';
import type { PersonRequestStore } from './person-requests.ts';
import type { ProcessStore } from './processes.ts';
import type { ScoreboardStore } from './scoreboard.ts';
import type { TimelineStore } from './timeline.ts';

export type { ProcessRecord, ProcessStore, WorkerReport } from './processes.ts';
export type { TimelineEntry, TimelineKind, TimelineStore } from './timeline.ts';

/** All times in records are milliseconds since the epoch; all ids are GitHub's numeric ids as decimal strings. */
export interface PullRequestRecord {
  repositoryId: string;
  number: number;
  id: string;
  installationId: string;
  owner: string;
  repo: string;
  title: string;
  author: string;
  state: 'open' | 'closed';
  merged: boolean;
  draft: boolean;
  fork: boolean;
  maintainerCanModify: boolean;
  labels: string[];
  headSha: string;
  headRef: string;
  headRepository: string | null;
  baseSha: string;
  baseRef: string;
  updatedAt: number;
}

/** `stale`: an older fact than the stored one; nothing was changed. */
export type UpsertResult = 'stored' | 'stale';

export interface PullRequestStore {
  /** Monotonic by `updatedAt`: a late older fact never moves a pull request back; an equal time is taken. */
  upsert(record: PullRequestRecord): Promise<UpsertResult>;
  find(repositoryId: string, number: number): Promise<PullRequestRecord | null>;
  findByName(owner: string, repo: string, number: number): Promise<PullRequestRecord | null>;
  findByHead(repositoryId: string, headSha: string): Promise<PullRequestRecord[]>;
  /** GitHub's time of the first fact that named this head; null when it is not the head. */
  headSince(repositoryId: string, number: number, headSha: string): Promise<number | null>;
  /** Most recently updated first. @param options `limit` 1..1000, default 100 */
  list(options?: { state?: 'open' | 'closed'; limit?: number }): Promise<PullRequestRecord[]>;
}

export interface CheckRunRecord {
  id: string;
  repositoryId: string;
  headSha: string;
  name: string;
  appSlug: string | null;
  conclusion: string | null;
  /** The pull request that the event names; else, once stored, the one that has this head. */
  prNumber: number | null;
  completedAt: number | null;
  /** A re-run stays in its suite; another run under the same name has one of its own. */
  suiteId: string | null;
}

export interface CheckRunStore {
  upsert(record: CheckRunRecord): Promise<void>;
  find(id: string): Promise<CheckRunRecord | null>;
  listByHead(repositoryId: string, headSha: string): Promise<CheckRunRecord[]>;
}

export interface DiagnosisRecord {
  checkRunId: string;
  repositoryId: string;
  headSha: string;
  prNumber: number | null;
  checkName: string;
  fingerprint: string;
  diagnosis: Diagnosis;
  createdAt: number;
  /** It was held for a base that failed too: the failure says nothing of the check or of a fix. */
  baseBroken: boolean;
}

export interface DiagnosisStore {
  upsert(record: DiagnosisRecord): Promise<void>;
  find(checkRunId: string): Promise<DiagnosisRecord | null>;
  listByHead(repositoryId: string, headSha: string): Promise<DiagnosisRecord[]>;
  /** Other open pull requests whose heads fail in the same way, by number. */
  alike(
    failure: Pick<DiagnosisRecord, 'repositoryId' | 'prNumber' | 'checkName' | 'fingerprint'>,
  ): Promise<number[]>;
}

/** What became of the check that a fix was made for: it passes, fails as before, or something fails that did not. */
export type FixOutcomeKind = 'mended' | 'same_failure' | 'new_failure';

/** `planned` before the first write, so that a crash leaves a trace. */
export type FixAttemptStatus = 'planned' | 'applied' | 'dropped' | 'failed';

export interface FixAttemptRecord {
  /** The fix message's id. */
  id: string;
  repositoryId: string;
  prNumber: number;
  headSha: string;
  checkRunId: string | null;
  strategy: string;
  /** Hex digest of the content, and of the content that would undo it: repeats and reversals are refused. */
  contentDigest: string;
  reverseDigest: string | null;
  status: FixAttemptStatus;
  /** Commit sha, run attempt or other mark of the effect. */
  result: string | null;
  reason: string | null;
  createdAt: number;
  updatedAt: number;
  /** What the checks said of it; null while they have not. */
  outcome: FixOutcomeKind | null;
}

export interface FixAttemptStore {
  /** Inserts, or keeps the row that is there (same id): answers the row as it stands. */
  plan(record: FixAttemptRecord): Promise<FixAttemptRecord>;
  finish(
    id: string,
    end: { status: FixAttemptStatus; result?: string; reason?: string; at: number },
  ): Promise<void>;
  find(id: string): Promise<FixAttemptRecord | null>;
  /** Newest first. */
  listByPullRequest(repositoryId: string, prNumber: number): Promise<FixAttemptRecord[]>;
  setOutcome(id: string, outcome: FixOutcomeKind): Promise<void>;
  /** Pull requests with a fix, not yet seen to have mended it, that the check's conclusion on this commit tells about. */
  watching(repositoryId: string, headSha: string, checkName: string): Promise<number[]>;
}

/** Where a delivery stands: `open` until all its messages are queued; `dead` after ten tries. */
export type DeliveryStatus = 'open' | 'done' | 'dead';

export interface DeliveryRecord {
  appId: string;
  /** `X-GitHub-Delivery`; any non-empty text. */
  guid: string;
  event: string;
  action: string | null;
  installationId: string | null;
  repositoryId: string | null;
  /** Request headers without secrets and signatures. */
  headers: Record<string, string>;
  body: Buffer;
  receivedAt: number;
  status: DeliveryStatus;
  attempts: number;
  nextAttemptAt: number | null;
  /** Why nothing was queued, or the last error. */
  note: string | null;
  /** Messages that it led to. */
  messages: number;
}

export interface DeliveryStore {
  /**
   * Stores it as `open` (resolves when durable), or answers how a known one of the same (app, guid) stands.
   * Known ones are left as they are.
   */
  receive(record: DeliveryRecord): Promise<'new' | DeliveryStatus>;
  markDone(appId: string, guid: string, end: { messages: number; note?: string }): Promise<void>;
  /**
   * Attempt + 1, unless `counted` says that `takeUp` has counted it; `dead` once `attempts` reaches `maxAttempts`.
   * Answers the new status.
   */
  markFailed(
    appId: string,
    guid: string,
    failure: { note: string; nextAttemptAt: number; maxAttempts: number; counted?: boolean },
  ): Promise<DeliveryStatus>;
  find(appId: string, guid: string): Promise<DeliveryRecord | null>;
  /** Where it stands, without reading its body; null for an unknown one. */
  status(appId: string, guid: string): Promise<DeliveryStatus | null>;
  /** Open ones of an App that are due, oldest first, without bodies. */
  due(appId: string, now: number, limit: number): Promise<Omit<DeliveryRecord, 'body'>[]>;
  /**
   * Takes up one that `due` listed: attempt + 1 before the attempt is made, so that one which ends its process is
   * counted too, and due again at `nextAttemptAt`. Null when it is not as it was: another process was faster.
   */
  takeUp(
    listed: Pick<DeliveryRecord, 'appId' | 'guid' | 'attempts' | 'nextAttemptAt'>,
    nextAttemptAt: number,
  ): Promise<DeliveryRecord | null>;
  /** Newest first, without bodies. */
  list(options?: { status?: DeliveryStatus; limit?: number }): Promise<Omit<DeliveryRecord, 'body'>[]>;
  counts(): Promise<Record<DeliveryStatus, number>>;
  /** Removes `done` ones received before; at most `limit` a call, answers how many. */
  purge(before: number, limit: number): Promise<number>;
}

export interface RepositoryRecord {
  id: string;
  installationId: string;
  owner: string;
  name: string;
  private: boolean;
}

export interface InstallationStore {
  upsert(installation: { id: string; account: string; suspended: boolean }): Promise<void>;
  /** Removes the installation, its repositories and all data of theirs. */
  remove(installationId: string): Promise<void>;
  addRepositories(repositories: readonly RepositoryRecord[]): Promise<void>;
  /** Removes the repositories and all data of theirs; not of one that belongs to another installation by now. */
  removeRepositories(installationId: string, repositoryIds: readonly string[]): Promise<void>;
  list(): Promise<{ id: string; account: string; suspended: boolean; repositories: RepositoryRecord[] }[]>;
}

export interface ContentStore {
  /** Keeps a text (a patch over 64 KiB) for days; the same text gives the same id. */
  save(content: string): Promise<string>;
  read(id: string): Promise<string | null>;
  /** Removes at most `limit` that were last saved before; answers how many. */
  purge(before: number, limit: number): Promise<number>;
}

export interface HistoryStore {
  /** Removes at most `limit` rows of each kind (timeline, diagnoses, attempts, check runs) from before; answers how many. */
  purge(before: number, limit: number): Promise<number>;
}

export interface ControlStore {
  /** Scopes: `all`, `repo:<id>`, `pr:<repository id>:<number>`. */
  setPaused(scope: string, paused: boolean, by: string, at: number): Promise<void>;
  /** The scopes of `scopes` that are paused. */
  paused(scopes: readonly string[]): Promise<string[]>;
}

/** What a check's history says of one failure. */
export interface Flakiness {
  /** Commits on which the check both failed in this way and passed, in one suite. */
  readonly bothOnOneCommit: number;
  /** Times that the failure came back on a pull request after the check had passed there. */
  readonly returns: number;
}

export interface FlakinessStore {
  /**
   * How often a check failed in one way and passed all the same. Failures that the base had too do not count.
   * @param since milliseconds since the epoch
   */
  of(
    failure: Pick<DiagnosisRecord, 'repositoryId' | 'checkName' | 'fingerprint'>,
    since: number,
  ): Promise<Flakiness>;
}

export interface SlotStore {
  /** True for exactly one caller of all processes, and only if the slot is later than the last one claimed. */
  claim(name: string, slot: number): Promise<boolean>;
}

export interface CursorStore {
  /** How far something has been read, or null before the first time. */
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
}

/** The SQL database of the service. Reads are consistent with this process's own finished writes. */
export interface Store {
  readonly pullRequests: PullRequestStore;
  readonly checkRuns: CheckRunStore;
  readonly diagnoses: DiagnosisStore;
  readonly fixAttempts: FixAttemptStore;
  readonly holds: HoldStore;
  readonly flakiness: FlakinessStore;
  readonly scoreboard: ScoreboardStore;
  readonly timeline: TimelineStore;
  readonly deliveries: DeliveryStore;
  readonly installations: InstallationStore;
  readonly contents: ContentStore;
  readonly control: ControlStore;
  readonly processes: ProcessStore;
  readonly slots: SlotStore;
  readonly cursors: CursorStore;
  readonly budgets: BudgetStore;
  readonly history: HistoryStore;
  readonly personRequests: PersonRequestStore;
  readonly ignoredFailures: IgnoredFailureStore;
  readonly ownComments: OwnCommentStore;
  /** A trivial write and read; throws when the database cannot take deliveries. */
  check(): Promise<void>;
  close(): Promise<void>;
}
