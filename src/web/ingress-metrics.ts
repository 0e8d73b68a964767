import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { GitHubEvent } from '../events/github-event.ts';
import type { DeliveryStore } from '../store/types.ts';
import type { InboxObserver, InboxResult } from './inbox.ts';
import type { AnswerObserver } from './webhook-route.ts';

/** Upper bounds of the duration histogram, in seconds; GitHub gives an answer 10. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

/** Prometheus metrics of the ingress, in a registry that was passed in; units are base units. */
export class IngressMetrics implements InboxObserver, AnswerObserver {
  readonly #deliveries: Counter<'event' | 'source' | 'result'>;
  readonly #answers: Counter<'code'>;
  readonly #durations: Histogram;

  /** @param store read at every scrape, for how many deliveries stand where: `dead` ones need a person */
  constructor(registry: Registry, store: Pick<DeliveryStore, 'counts'>) {
    const registers = [registry];
    this.#deliveries = new Counter({
      name: 'checkmend_deliveries_total',
      help: 'Deliveries that were taken, by event, by where they came from, and by what became of them',
      labelNames: ['event', 'source', 'result'],
      registers,
    });
    this.#answers = new Counter({
      name: 'checkmend_webhook_answers_total',
      help: 'Answers of the webhook route by status code',
      labelNames: ['code'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'checkmend_webhook_answer_duration_seconds',
      help: 'Time from the first byte of a webhook request to its answer',
      buckets: DURATION_BUCKETS,
      registers,
    });
    const stored = new Gauge({
      name: 'checkmend_stored_deliveries',
      help: 'Deliveries in the store by where they stand: open, done, dead; absent while it is out of reach',
      labelNames: ['status'],
      registers,
      async collect() {
        stored.reset();
        const counts = await store.counts().catch(() => null);
        for (const [status, count] of Object.entries(counts ?? {})) stored.set({ status }, count);
      },
    });
  }

  delivery(event: string, source: GitHubEvent['source'], result: InboxResult['status']): void {
    this.#deliveries.inc({ event, source, result });
  }

  answer(code: number, durationMs: number): void {
    this.#answers.inc({ code });
    this.#durations.observe(durationMs / 1000);
  }
}
