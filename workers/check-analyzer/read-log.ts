import { PermanentError, TransientError } from '../../src/errors.ts';
import type { CheckAnnotation, CheckRunInfo, RepositoryClient } from '../../src/github/types.ts';

/** What there is to diagnose of a failed check. `missing` says why the job's own log is not part of it. */
export type CheckLog =
  | { readonly state: 'not_yet' }
  | {
      readonly state: 'available';
      readonly chunks: AsyncIterable<Uint8Array>;
      readonly missing: 'never' | 'gone' | 'forbidden' | null;
    };

/**
 * The log of an Actions job; for other checks, and where there is no log, the check run's own output and
 * annotations.
 *
 * @param failureLogs output text that came with the message
 */
export async function readCheckLog(
  check: CheckRunInfo,
  client: RepositoryClient,
  failureLogs: string,
): Promise<CheckLog> {
  let missing: 'never' | 'gone' | 'forbidden' | null = null;
  if (check.appSlug === 'github-actions') {
    const log = await jobLog(check.id, client);
    if (log.state === 'not_yet') return { state: 'not_yet' };
    if (log.state === 'available') {
      return { state: 'available', chunks: interruptible(log.stream), missing: null };
    }
    missing = log.state;
  }
  const annotations = check.annotationsCount > 0 ? await client.listAnnotations(check.id) : [];
  return { state: 'available', chunks: once(outputText(check, annotations, failureLogs)), missing };
}

async function jobLog(jobId: string, client: RepositoryClient) {
  try {
    return await client.getJobLog(jobId);
  } catch (error) {
    if (error instanceof PermanentError && error.code === 'forbidden') {
      return { state: 'forbidden' } as const;
    }
    throw error;
  }
}

/** A connection that breaks while the log comes in is the other side's failure, whatever class its error has. */
async function* interruptible(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await chunks.next().catch((cause: unknown) => {
        throw new TransientError('log_interrupted', 'the log ended before its end', { cause });
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function outputText(
  check: CheckRunInfo,
  annotations: readonly CheckAnnotation[],
  failureLogs: string,
): string {
  const own = [check.outputTitle, check.outputSummary, check.outputText].filter((part) => part !== null);
  const notes = annotations.map(
    ({ path, startLine, level, message }) =>
      `${path}:${startLine}: ${level === 'failure' ? 'error' : level}: ${message}`,
  );
  const text = [...(own.length > 0 ? own : [failureLogs]), ...notes].filter((part) => part !== '').join('\n');
  return text.endsWith('\n') ? text : `${text}\n`;
}
