import { registerHandlers } from '../../../handlers/index.ts';
import { systemClock } from '../../../src/clock.ts';
import { EventBus } from '../../../src/events/event-bus.ts';
import type { ServiceEvents } from '../../../src/events/event-map.ts';
import type { HookDeliveries } from '../../../src/github/hook-deliveries.ts';
import type { GitHubApp } from '../../../src/github/types.ts';
import { silentLogger } from '../../../src/logger.ts';
import { QUEUES } from '../../../src/messages/queues.ts';
import type { WorkerMessage } from '../../../src/messages/worker-message.ts';
import { MemoryQueueManager } from '../../../src/queue/memory.ts';
import type { SendOptions, SendResult } from '../../../src/queue/types.ts';
import { createWorkers } from '../../../src/service/workers.ts';
import { openSqliteStore } from '../../../src/store/sqlite-store.ts';
import type { Store } from '../../../src/store/types.ts';
import { readEventBody } from '../../../src/web/event-body.ts';
import { Inbox } from '../../../src/web/inbox.ts';
import type { WorkerManager } from '../../../src/worker/worker-manager.ts';
import { DeliveryRecovery } from '../../../workers/delivery-recovery.ts';
import type { Delivery } from '../github/hooks.ts';
import { temporaryFolder } from '../service/temporary-folder.ts';

/** What a history comes to, as far as it matters. */
export interface Projection {
  /** Pull request to its state, head and labels. */
  pullRequests: Record<string, { state: string; headSha: string; labels: string[] }>;
  /** Check run and fingerprint, sorted. */
  diagnoses: string[];
  /** Pull request, head sha and strategy, sorted. */
  fixes: string[];
}

/** Remembers which fixes were sent: some wait in their queue, so it cannot be read off there. */
class WatchedQueues extends MemoryQueueManager {
  readonly fixes = new Set<string>();

  override async sendMessage(
    queue: string,
    message: WorkerMessage,
    options?: SendOptions,
  ): Promise<SendResult> {
    const { pr_number, head_sha, fix_strategy } = message.payload;
    if (queue === QUEUES.fixApplicator) this.fixes.add(`${pr_number} ${head_sha} ${fix_strategy}`);
    return await super.sendMessage(queue, message, options);
  }
}

/** A service without a past: inbox, handlers, and the workers that only read. */
export class HistoryRun implements AsyncDisposable {
  readonly #store: Store;
  readonly #queues: WatchedQueues;
  readonly #inbox: Inbox;
  readonly #manager: WorkerManager;
  readonly #recovery: DeliveryRecovery;
  readonly #owned: AsyncDisposableStack;

  private constructor(
    store: Store,
    github: GitHubApp,
    deliveries: HookDeliveries,
    owned: AsyncDisposableStack,
  ) {
    const common = { clock: systemClock, logger: silentLogger() };
    const { appId } = github;
    const bus = new EventBus<ServiceEvents>();
    const queues = new WatchedQueues({ clock: systemClock });
    registerHandlers(bus, { ...common, queues, store, appId });
    this.#store = store;
    this.#queues = queues;
    this.#inbox = new Inbox({ ...common, appId, bus, store });
    const parts = { ...common, appId, deliveries, store, sink: this.#inbox };
    this.#recovery = new DeliveryRecovery({ ...parts, answeredElsewhere: true });
    // Fixes are not made: what would be is read off their queue.
    const names = [QUEUES.prMonitor, QUEUES.checkAnalyzer];
    this.#manager = createWorkers(
      { ...common, store, queues, github, bus, mode: 'policy' },
      { queues: names, concurrency: 8 },
    );
    this.#owned = owned;
  }

  static async begin(github: GitHubApp, deliveries: HookDeliveries): Promise<HistoryRun> {
    await using owned = new AsyncDisposableStack();
    const folder = owned.use(temporaryFolder());
    const path = `${folder.path}/store.db`;
    const store = owned.adopt(await openSqliteStore({ path, clock: systemClock }), (it) => it.close());
    const run = new HistoryRun(store, github, deliveries, owned.move());
    run.#manager.startAll();
    return run;
  }

  /** Delivers at once, in about this order. */
  async deliver(deliveries: readonly Delivery[]): Promise<void> {
    const results = await Promise.all(
      deliveries.map(async ({ guid, event, payload }) => {
        const body = Buffer.from(JSON.stringify(payload));
        const content = readEventBody(event, body);
        if ('problem' in content) throw new Error(content.problem);
        return await this.#inbox.take({ guid, event, headers: {}, body, content, source: 'webhook' });
      }),
    );
    const failed = results.find(({ status }) => status !== 'accepted' && status !== 'duplicate');
    if (failed) throw new Error(`not taken: ${JSON.stringify(failed)}`);
  }

  /** Finds what was lost; answers how many. */
  async recover(): Promise<number> {
    return (await this.#recovery.sweep()).recovered;
  }

  /** What it comes to, once everything is worked on. */
  async end(shas: readonly string[]): Promise<Projection> {
    await this.#idle();
    const pulls = await this.#store.pullRequests.list({ limit: 1000 });
    const pullRequests = pulls
      .map(
        ({ number, state, headSha, labels }) =>
          [String(number), { state, headSha, labels: labels.toSorted() }] as const,
      )
      .toSorted(([a], [b]) => Number(a) - Number(b));
    const repositoryId = pulls[0]?.repositoryId ?? '';
    const heads = await Promise.all(shas.map((sha) => this.#store.diagnoses.listByHead(repositoryId, sha)));
    return {
      pullRequests: Object.fromEntries(pullRequests),
      diagnoses: heads
        .flat()
        .map(({ checkRunId, fingerprint }) => `${checkRunId} ${fingerprint}`)
        .toSorted(),
      fixes: [...this.#queues.fixes].toSorted(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#manager.stopAll(1000);
    await this.#queues.close();
    await this.#owned.disposeAsync();
  }

  /** Nothing waits and nothing is worked on. */
  async #idle(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      const stats = await Promise.all(
        [QUEUES.prMonitor, QUEUES.checkAnalyzer].map((name) => this.#queues.getQueueStats(name)),
      );
      const rest = stats.reduce((sum, { ready, delayed, inFlight }) => sum + ready + delayed + inFlight, 0);
      quiet = rest === 0 ? quiet + 1 : 0;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
