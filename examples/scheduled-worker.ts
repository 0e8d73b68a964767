import {
  createMessage,
  type QueueManager,
  type ScheduledOptions,
  type ScheduledTick,
  ScheduledWorker,
} from 'checkmend';

/** An open pull request, as the host of the code tells it. */
export interface OpenPullRequest {
  readonly name: string;
  readonly filesChanged: number;
  readonly linesChanged: number;
}

/** Options of {@link NightlyRatingWorker}. */
export interface NightlyRatingOptions extends Omit<ScheduledOptions, 'name' | 'schedule'> {
  queues: QueueManager;
  openPullRequests: (signal: AbortSignal) => Promise<readonly OpenPullRequest[]>;
}

/**
 * Has every open pull request rated again, each night at two. A tick only sends messages: the work is done by the
 * workers of the queue, and what a crash interrupts is not lost.
 */
export class NightlyRatingWorker extends ScheduledWorker {
  readonly #options: NightlyRatingOptions;

  constructor(options: NightlyRatingOptions) {
    super({ jitterMs: 60_000, ...options, name: 'nightly-rating', schedule: { cron: '0 2 * * *' } });
    this.#options = options;
  }

  protected override async runTick({ slot, signal, logger }: ScheduledTick): Promise<void> {
    const { queues, openPullRequests } = this.#options;
    const pulls = await openPullRequests(signal);
    await queues.sendMessages(
      'analysis',
      pulls.map(({ name, filesChanged, linesChanged }) => ({
        message: createMessage({
          // Of the slot, not of the clock: a tick that runs again sends the same messages.
          id: `complexity_${name}_${slot}`,
          type: 'analyze_pr_complexity',
          payload: { pull_request: name, files_changed: filesChanged, lines_changed: linesChanged },
          timestamp: slot,
        }),
      })),
    );
    logger.info({ pulls: pulls.length }, 'nightly ratings queued');
  }
}
