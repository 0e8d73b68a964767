import { Readable } from 'node:stream';
import { LogScan } from './log-scan.ts';
import type { AnalysisOptions, Diagnosis } from './types.ts';

/** A log: its text or bytes, or a stream of bytes. */
export type LogSource = string | Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/**
 * Reads a failed job's log to its end, and says why the job failed. Memory does not grow with the log; time is
 * linear in it. Never throws because of what a log holds.
 */
export async function analyzeLog(log: LogSource, options: AnalysisOptions = {}): Promise<Diagnosis> {
  const scan = new LogScan(options);
  for await (const chunk of chunksOf(log)) scan.push(chunk);
  return scan.end();
}

function chunksOf(log: LogSource): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof log === 'string') return [Buffer.from(log)];
  if (log instanceof Uint8Array) return [log];
  if (log instanceof ReadableStream) return Readable.fromWeb(log as Parameters<typeof Readable.fromWeb>[0]);
  return log;
}
