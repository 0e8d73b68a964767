import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { sleep, systemClock } from '../clock.ts';
import { CheckmendError, ConfigError, toError } from '../errors.ts';
import { printable } from '../printable.ts';
import { findRecordings } from '../recording/files.ts';
import { planReplay } from '../recording/plan.ts';
import { parseRecording, type Recording } from '../recording/recording.ts';
import { type ReplayResult, replayOne } from '../recording/replay.ts';
import { parseConcurrency } from './concurrency.ts';
import { ProgressBar } from './progress-bar.ts';

/** `checkmend replay FILE|DIR… --to URL`. */
export function registerReplay(program: Command): void {
  program
    .command('replay')
    .description('send recorded deliveries, freshly signed with WEBHOOK_SECRET or --secret-file')
    .argument('<files...>', 'recordings (*.http), or folders of them')
    .requiredOption(
      '--to <url>',
      "the service's webhook address, e.g. http://127.0.0.1:3000/api/github/webhooks",
      parseAddress,
    )
    .option('--secret-file <file>', 'file that holds the webhook secret')
    .option('--keep-ids', 'send the recorded delivery ids; what was taken before is answered "duplicate"')
    .option('--rate <n>', 'deliveries a second, 0 = as fast as it goes', parseRate, 0)
    .option('--concurrency <n>', 'deliveries on the way at once, 1..256', parseConcurrency, 1)
    .option('--shuffle', 'in another order')
    .option('--duplicate <p>', 'chance of each to be sent twice with one id, 0..1', parseChance, 0)
    .option('--drop <p>', 'chance of each not to be sent, 0..1', parseChance, 0)
    .option('--seed <n>', 'makes --shuffle, --duplicate and --drop the same again', parseSeed, 1)
    .option('--json', 'print the summary as JSON')
    .action(async (names, options) => {
      const { to, secretFile, keepIds = false, rate, concurrency, json = false } = options;
      const secret = readSecret(secretFile);
      const { deliveries, dropped } = planReplay(findRecordings(names), options);
      const bar = new ProgressBar(process.stderr, deliveries.length);
      const results: ReplayResult[] = [];
      const startedAt = systemClock.monotonic();
      const rest = deliveries.entries();
      const sendRest = async () => {
        // One iterator for all: each takes the next one.
        for (const [index, { item: file, id }] of rest) {
          if (rate > 0) await sleep(systemClock, startedAt + (index * 1000) / rate - systemClock.monotonic());
          const recording = read(file);
          const result = await replayOne(recording, { url: to, secret, keepId: keepIds, id });
          results.push(result);
          if (result.outcome === 'refused' || result.outcome === 'failed') {
            bar.note(`${file}: ${result.status || 'no answer'} ${printable(result.note)}`);
          }
          bar.advance();
        }
      };
      await Promise.all(Array.from({ length: concurrency }, sendRest));
      bar.end();
      report(results, options.drop > 0 ? dropped : null, json);
    });
}

function report(results: readonly ReplayResult[], dropped: number | null, json: boolean): void {
  const count = (outcome: ReplayResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  const times = results.map((result) => result.durationMs).toSorted((a, b) => a - b);
  const quantile = (q: number) => Math.round((times[Math.ceil(q * times.length) - 1] ?? 0) * 10) / 10;
  const summary = {
    sent: results.length,
    ...(dropped !== null && { dropped }),
    accepted: count('accepted'),
    duplicate: count('duplicate'),
    refused: count('refused'),
    failed: count('failed'),
    p50_ms: quantile(0.5),
    p99_ms: quantile(0.99),
  };
  const line = Object.entries(summary).map(
    ([name, value]) => `${name.replace('_ms', '')} ${value}${name.endsWith('_ms') ? ' ms' : ''}`,
  );
  process.stdout.write(`${json ? JSON.stringify(summary) : line.join(', ')}\n`);
  if (summary.refused + summary.failed > 0) {
    throw new CheckmendError(
      'replay',
      `${summary.refused + summary.failed} of ${summary.sent} were not taken`,
    );
  }
}

/** A file that is none names itself. */
function read(file: string): Recording {
  try {
    return parseRecording(readFileSync(file));
  } catch (thrown) {
    throw new CheckmendError('recording', `${file}: ${toError(thrown).message}`, { cause: thrown });
  }
}

function parseAddress(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError('must be an http(s) address');
  return text;
}

function readSecret(file: string | undefined): string {
  const text = file === undefined ? process.env.WEBHOOK_SECRET?.split(',')[0] : readFileSync(file, 'utf8');
  const secret = text?.trim();
  if (!secret)
    throw new ConfigError(['WEBHOOK_SECRET is missing: set it, or name a file with --secret-file']);
  return secret;
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (!Number.isFinite(rate) || rate < 0) throw new InvalidArgumentError('must be a number of 0 or more');
  return rate;
}

function parseChance(text: string): number {
  const chance = Number(text);
  if (!(chance >= 0 && chance <= 1)) throw new InvalidArgumentError('must be a number of 0..1');
  return chance;
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed)) throw new InvalidArgumentError('must be an integer');
  return seed;
}
