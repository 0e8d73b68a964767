import type { Json } from './wire.ts';

/** What the emulator has no place for. Everything else is read from it. */
export interface Extras {
  readonly checkRuns: Map<number, CheckRunExtras>;
  /** By `owner/repo#number`. */
  readonly pulls: Map<string, PullExtras>;
  readonly runs: Map<number, ActionsRun>;
  /** Job id to its log; `gone` for one that was deleted. */
  readonly logs: Map<number, Buffer | 'gone'>;
  /** Path of the subject to its reactions. */
  readonly reactions: Map<string, Json[]>;
  /** `owner/repo:sha:app` to the suite's id. */
  readonly suites: Map<string, number>;
  readonly reviews: Map<number, ReviewExtras>;
}

/** What the emulator drops of a review. */
export interface ReviewExtras {
  /** `owner/repo#number`. */
  readonly pull: string;
  readonly comments: Json[];
  deleted: boolean;
}

/** What the emulator drops of a check run. */
export interface CheckRunExtras {
  app: string;
  actions: Json[];
  /** Titles of the annotations, in their order. */
  titles: (string | null)[];
}

/** What the emulator drops of a pull request. */
export interface PullExtras {
  maintainerCanModify?: boolean;
  /** Head at the moment it was closed. */
  closedHead?: string;
  /** Time of the last push, ISO 8601. */
  pushedAt?: string;
}

/** A run of a workflow: the emulator can list runs but not make them, so its jobs are check runs there. */
export interface ActionsRun {
  readonly id: number;
  readonly repository: string;
  readonly name: string;
  readonly headSha: string;
  readonly headBranch: string | null;
  attempt: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Every job of every attempt; its id is that of its check run. */
  readonly jobs: { id: number; name: string; attempt: number; replaced: boolean }[];
}

export function noExtras(): Extras {
  return {
    checkRuns: new Map(),
    pulls: new Map(),
    runs: new Map(),
    logs: new Map(),
    reactions: new Map(),
    suites: new Map(),
    reviews: new Map(),
  };
}

/** First id of runs and suites, far from the emulator's own ids. */
const FIRST_ID = 5_000_001;

export function nextRunId(extras: Extras): number {
  return FIRST_ID + extras.runs.size;
}

/** GitHub has one suite for each App and commit; the emulator one for each commit. */
export function suiteId(extras: Extras, repository: string, sha: string, app: string): number {
  const key = `${repository}:${sha}:${app}`;
  const id = extras.suites.get(key) ?? FIRST_ID + extras.suites.size;
  extras.suites.set(key, id);
  return id;
}

/** The run and job that a check run belongs to. */
export function jobOf(extras: Extras, checkRunId: number) {
  for (const run of extras.runs.values()) {
    const job = run.jobs.find(({ id }) => id === checkRunId);
    if (job) return { run, job };
  }
  return null;
}

/** Jobs of the newest attempt: those that were run again, and those that kept their result. */
export function currentJobs(run: ActionsRun) {
  return run.jobs.filter((job) => !job.replaced);
}
