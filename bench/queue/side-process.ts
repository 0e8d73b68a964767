import { type Calls, type CallTable, drive } from './driver.ts';
import { openBullmq } from './sides/bullmq.ts';
import { openOurs } from './sides/ours.ts';
import type { SideName } from './sides/side.ts';

/** Parent to child. */
export interface Call {
  readonly number: number;
  readonly name: keyof Calls;
  readonly input: never;
}

/** Child to parent. */
export type Answer = { readonly number: number; readonly value?: unknown; readonly error?: string };

const { BENCH_SIDE: name, BENCH_URL: url = '' } = process.env;
const side = (name as SideName) === 'ours' ? openOurs(url) : openBullmq(url);
const calls: CallTable = drive(side);

process.on('message', ({ number, name, input }: Call) => {
  calls[name](input).then(
    (value) => process.send?.({ number, value } satisfies Answer),
    (error: unknown) => process.send?.({ number, error: String(error) } satisfies Answer),
  );
});
process.on('disconnect', () => process.exit());
