import { Counter, type Registry } from 'prom-client';
import type { SweepResult } from '../../workers/delivery-recovery.ts';

/** What became of deliveries that did not reach the service, in a registry that was passed in. */
export class RecoveryMetrics {
  readonly #missed: Counter;
  readonly #recovered: Counter<'by'>;
  readonly #lost: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#missed = new Counter({
      name: 'checkmend_deliveries_missed_total',
      help: 'Deliveries that did not reach the service over HTTP; in pull mode that is all of them',
      registers,
    });
    this.#recovered = new Counter({
      name: 'checkmend_deliveries_recovered_total',
      help: 'Missed deliveries that were made good: read, asked for again, or covered by a reconciliation',
      labelNames: ['by'],
      registers,
    });
    this.#lost = new Counter({
      name: 'checkmend_deliveries_lost_total',
      help: 'Missed deliveries that cannot be had from GitHub any more',
      registers,
    });
  }

  swept({ missed, recovered, redelivered, reconciled, lost }: SweepResult): void {
    this.#missed.inc(missed);
    this.#lost.inc(lost);
    this.#recovered.inc({ by: 'reading' }, recovered);
    this.#recovered.inc({ by: 'redelivery' }, redelivered);
    this.#recovered.inc({ by: 'reconciliation' }, reconciled);
  }
}
