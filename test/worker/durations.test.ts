import { describe, expect, it } from 'vitest';
import { MetricsCollector } from '../../src/worker/index.ts';

const NAME = 'checkmend_worker_message_duration_seconds';

interface Value {
  readonly metricName?: string;
  readonly labels: { readonly [label: string]: unknown };
  readonly value: number;
}

async function valuesOf(metrics: MetricsCollector): Promise<Value[]> {
  const all = await metrics.registry.getMetricsAsJSON();
  return all.find(({ name }) => name === NAME)?.values ?? [];
}

function bucketsOf(values: readonly Value[], worker: string): number[] {
  return values
    .filter(({ metricName, labels }) => metricName === `${NAME}_bucket` && labels.worker === worker)
    .map(({ value }) => value);
}

describe('the durations of a worker', () => {
  it('count up to the first bound that they do not exceed', async () => {
    const metrics = new MetricsCollector();
    for (const ms of [0, 5, 5.001, 600_000, 600_001, Number.NaN, Number.POSITIVE_INFINITY])
      metrics.recordMessageProcessed('w', ms, 0);
    metrics.recordMessageError('v', 1000, 0);
    metrics.recordWorkerStarted('has not ended any', 0);
    const values = await valuesOf(metrics);
    expect(bucketsOf(values, 'w')).toEqual([2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 5]);
    expect(bucketsOf(values, 'v')).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(new Set(values.map(({ labels }) => labels.worker))).toEqual(new Set(['w', 'v']));
  });

  it('are the same on the page as in JSON', async () => {
    const metrics = new MetricsCollector();
    metrics.recordMessageProcessed('w', 250, 0);
    metrics.recordMessageProcessed('w', 750, 0);
    const lines = (await valuesOf(metrics)).map(({ metricName, labels, value }) => {
      const pairs = Object.entries(labels).map(([label, of]) => `${label}="${of}"`);
      return `${metricName}{${pairs.join(',')}} ${value}`;
    });
    expect(lines).toContain(`${NAME}_sum{worker="w"} 1`);
    expect(lines).toContain(`${NAME}_count{worker="w"} 2`);
    const page = (await metrics.registry.metrics()).split('\n');
    expect(page.filter((line) => line.startsWith(NAME))).toEqual(lines);
  });
});
