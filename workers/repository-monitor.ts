import { PermanentError, toError } from '../src/errors.ts';
import type { Installations } from '../src/github/installations.ts';
import { LruMap } from '../src/github/lru-map.ts';
import type { RepositorySurvey } from '../src/github/survey.ts';
import type { PullRequestInfo } from '../src/github/types.ts';
import type { QueueManager } from '../src/queue/types.ts';
import type { PullRequestRecord, RepositoryRecord, Store } from '../src/store/types.ts';
import {
  type ScheduledOptions,
  type ScheduledTick,
  ScheduledWorker,
} from '../src/worker/scheduled-worker.ts';
import type { RepositoryTarget } from './pull-request-record.ts';
import { Allowance } from './repository-monitor/allowance.ts';
import { sendHeld } from './repository-monitor/held.ts';
import { refreshInstallations, refreshRepositories } from './repository-monitor/installed.ts';
import {
  differs,
  type MissedOptions,
  sendMissedChecks,
  sendPullRequest,
} from './repository-monitor/missed.ts';

/** Options of {@link RepositoryMonitorWorker}. */
export interface RepositoryMonitorOptions
  extends Omit<ScheduledOptions, 'name' | 'schedule' | 'slotStore' | 'timeoutMs'> {
  store: Pick<
    Store,
    'pullRequests' | 'checkRuns' | 'diagnoses' | 'holds' | 'installations' | 'cursors' | 'slots'
  >;
  queues: Pick<QueueManager, 'sendMessage'>;
  installations: Installations;
  /** Id of this App. */
  appId: string;
  /** Milliseconds between two looks, >= 1000; default 300000. */
  everyMs?: number;
}

/** What a look at all repositories found. */
export interface ReconcileResult {
  repositories: number;
  /** Requests that were sent, and those that counted against the rate limit. */
  requests: number;
  charged: number;
  /** Pull requests and failed checks that were queued because the store did not know. */
  pullRequests: number;
  checkRuns: number;
  /** False: the allowance ended first; the next tick goes on there. */
  complete: boolean;
}

/** A look starts up to this much later than its slot, so that Apps do not all ask at once, in milliseconds. */
const JITTER_MS = 30_000;

/** Open pull requests of the store that are compared. */
const KNOWN_MAX = 1000;

/** Failed runs that were queued and not to be queued again, though nothing was stored of them. */
const REMEMBERED_RUNS = 10_000;

/**
 * Looks at the open pull requests of every installed repository and has read again what the store knows otherwise:
 * events get lost. Listings are asked for with their ETags; what has not changed costs nothing. It uses at most a
 * tenth of what an installation has left, and goes on with the next tick where that ended.
 */
export class RepositoryMonitorWorker extends ScheduledWorker {
  readonly #options: RepositoryMonitorOptions;
  readonly #queued = new LruMap<string, true>(REMEMBERED_RUNS);

  constructor(options: RepositoryMonitorOptions) {
    super({
      jitterMs: JITTER_MS,
      ...options,
      name: 'repository-monitor',
      schedule: { everyMs: options.everyMs ?? 300_000 },
      slotStore: options.store.slots,
    });
    this.#options = options;
  }

  /** Looks at everything now, whatever the schedule says. */
  async reconcile(signal: AbortSignal = new AbortController().signal): Promise<ReconcileResult> {
    return await this.#reconcile(this.clock.now(), signal);
  }

  protected override async runTick({ slot, signal }: ScheduledTick): Promise<void> {
    await this.#reconcile(slot, signal);
  }

  async #reconcile(at: number, signal: AbortSignal): Promise<ReconcileResult> {
    const { store } = this.#options;
    const result = noResult();
    const parts = { ...this.#options, logger: this.logger };
    const known = Map.groupBy(
      await store.pullRequests.list({ state: 'open', limit: KNOWN_MAX }),
      ({ repositoryId }) => repositoryId,
    );
    for (const { id } of await refreshInstallations(parts)) {
      if (signal.aborted) break;
      try {
        await this.#installation(id, { at, signal, known, result });
      } catch (thrown) {
        // One that is limited or gone must not hold up the others.
        result.complete = false;
        this.logger.warn({ err: toError(thrown), installationId: id }, 'an installation was not reconciled');
      }
    }
    const found = result.pullRequests + result.checkRuns > 0;
    this.logger[found ? 'info' : 'debug'](result, 'repositories reconciled');
    return result;
  }

  async #installation(id: string, tick: Tick): Promise<void> {
    const { store, installations } = this.#options;
    const allowance = await Allowance.open(store.cursors, id, await installations.rateLimit(id));
    const cursor = `reconcile-${id}`;
    try {
      const parts = { ...this.#options, logger: this.logger };
      if (allowance.left === 0) return this.#outOfAllowance(id, tick);
      const repositories = await refreshRepositories(id, allowance, parts);
      const begin = readPlace(await store.cursors.get(cursor));
      for (const repository of rotate(repositories, begin.repository)) {
        if (tick.signal.aborted) return;
        if (allowance.left === 0) {
          // Should this one be large, it goes on there; else it is looked at first.
          await store.cursors.set(cursor, `${repository.id}:0`);
          return this.#outOfAllowance(id, tick);
        }
        const after = repository.id === begin.repository ? begin.number : 0;
        const reached = await this.#repository(repository, after, allowance, tick);
        if (reached !== null) {
          await store.cursors.set(cursor, `${repository.id}:${reached}`);
          return this.#outOfAllowance(id, tick);
        }
      }
      await store.cursors.set(cursor, '0:0');
    } finally {
      tick.result.requests += allowance.used.requests;
      tick.result.charged += allowance.used.charged;
      await allowance.save();
    }
  }

  #outOfAllowance(installationId: string, { result }: Tick): void {
    result.complete = false;
    this.logger.info({ installationId }, 'reconciliation has used its share and goes on with the next tick');
  }

  /** Answers the number of the last pull request that was looked at when the allowance ended, else null. */
  async #repository(
    { id, installationId, owner, name }: RepositoryRecord,
    after: number,
    allowance: Allowance,
    tick: Tick,
  ): Promise<number | null> {
    const { installations } = this.#options;
    const target = { installation_id: installationId, repository_id: id, owner, repo: name };
    const survey = installations.survey(installationId, owner, name);
    tick.result.repositories += 1;
    try {
      const listing = await survey.openPullRequests();
      allowance.spend(listing);
      await this.#compare(target, listing.entries, tick);
      const { store } = this.#options;
      await sendHeld(target, survey, allowance, { ...this.#missed(tick), store });
      const rest = listing.entries.filter(({ number }) => number > after);
      for (const pull of rest.toSorted((a, b) => a.number - b.number)) {
        if (tick.signal.aborted || allowance.left === 0) return pull.number - 1;
        await this.#checks(target, pull, survey, allowance, tick);
      }
    } catch (error) {
      // A repository that is gone or closed to the App has nothing to be followed.
      if (!(error instanceof PermanentError)) throw error;
      this.logger.warn({ err: error, owner, repo: name }, 'a repository cannot be read');
    }
    return null;
  }

  async #compare(target: RepositoryTarget, listed: readonly PullRequestInfo[], tick: Tick): Promise<void> {
    const { store } = this.#options;
    const open = new Set(listed.map(({ number }) => number));
    const known = tick.known.get(target.repository_id) ?? [];
    const closed = known.filter(({ number }) => !open.has(number));
    const changed: Pick<PullRequestRecord, 'number' | 'headSha'>[] = [...closed];
    for (const info of listed) {
      const record =
        known.find(({ number }) => number === info.number) ??
        (await store.pullRequests.find(target.repository_id, info.number));
      if (differs(record, info)) changed.push(info);
    }
    for (const pull of changed) await sendPullRequest(target, pull, this.#missed(tick));
    tick.result.pullRequests += changed.length;
  }

  async #checks(
    target: RepositoryTarget,
    pull: PullRequestInfo,
    survey: RepositorySurvey,
    allowance: Allowance,
    tick: Tick,
  ): Promise<void> {
    const listing = await survey.checkRuns(pull.headSha);
    allowance.spend(listing);
    const fresh = listing.entries.filter(({ id }) => !this.#queued.get(id));
    const sent = await sendMissedChecks(target, pull, fresh, this.#missed(tick));
    for (const id of sent) this.#queued.set(id, true);
    tick.result.checkRuns += sent.length;
  }

  #missed({ at }: Tick): MissedOptions {
    const { store, queues, appId } = this.#options;
    return { store, queues, appId, at, now: this.clock.now(), correlationId: `reconcile-${at}` };
  }
}

interface Tick {
  readonly at: number;
  readonly signal: AbortSignal;
  /** Open pull requests of the store by repository. */
  readonly known: ReadonlyMap<string, PullRequestRecord[]>;
  readonly result: ReconcileResult;
}

function noResult(): ReconcileResult {
  return { repositories: 0, requests: 0, charged: 0, pullRequests: 0, checkRuns: 0, complete: true };
}

/** Where the last tick ended: `<repository id>:<pull request number>`. */
function readPlace(text: string | null): { repository: string; number: number } {
  const [repository = '0', number = '0'] = (text ?? '').split(':');
  return { repository, number: Number(number) };
}

/** All of them, beginning at the one with this id, or the next one. */
function rotate(repositories: readonly RepositoryRecord[], firstId: string): RepositoryRecord[] {
  const index = repositories.findIndex(({ id }) => Number(id) >= Number(firstId));
  return index <= 0 ? [...repositories] : [...repositories.slice(index), ...repositories.slice(0, index)];
}
