import { createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { toError } from '../errors.ts';
import type { Recording } from './recording.ts';

/** Milliseconds before an answer that does not come counts as a failure: GitHub's own limit is 10 s. */
const ANSWER_TIMEOUT_MS = 10_000;

/** How one replayed delivery was answered. */
export interface ReplayResult {
  /** `failed`: no answer at all. */
  outcome: 'accepted' | 'duplicate' | 'refused' | 'failed';
  /** HTTP status; 0 without an answer. */
  status: number;
  /** Milliseconds until the answer. */
  durationMs: number;
  /** What the service, or the network, said. */
  note: string;
}

/** Options of {@link replayOne}. */
export interface ReplayOptions {
  /** Where the service takes deliveries. */
  url: string;
  /** Webhook secret that the body is signed with. */
  secret: string;
  /** Keep the recorded delivery id; otherwise `id`, or a fresh one. Default false. */
  keepId?: boolean;
  id?: string;
}

const answerSchema = z.object({
  status: z.string(),
  reason: z.string().optional(),
  error: z.string().optional(),
});

/** Headers of the recorded hop that must not be sent again as they were. */
const NOT_REPLAYED = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'x-hub-signature',
  'x-hub-signature-256',
]);

/** Sends a recording with a fresh signature. Never throws: what went wrong is the result. */
export async function replayOne(recording: Recording, options: ReplayOptions): Promise<ReplayResult> {
  const startedAt = performance.now();
  const finish = (outcome: ReplayResult['outcome'], status: number, note: string): ReplayResult => ({
    outcome,
    status,
    durationMs: performance.now() - startedAt,
    note,
  });
  try {
    const response = await fetch(options.url, {
      method: 'POST',
      headers: headersOf(recording, options),
      body: new Uint8Array(recording.body),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const answer = readAnswer(await response.text());
    if (!response.ok) return finish('refused', response.status, answer.note);
    return finish(answer.status === 'duplicate' ? 'duplicate' : 'accepted', response.status, answer.note);
  } catch (thrown) {
    const error = toError(thrown);
    return finish('failed', 0, error.cause ? toError(error.cause).message : error.message);
  }
}

function headersOf(
  recording: Recording,
  { secret, keepId = false, id = randomUUID() }: ReplayOptions,
): Record<string, string> {
  const kept = Object.entries(recording.headers).filter(([name]) => !NOT_REPLAYED.has(name));
  const recordedId = recording.headers['x-github-delivery'];
  return {
    'content-type': 'application/json',
    ...Object.fromEntries(kept),
    'x-github-delivery': keepId && recordedId ? recordedId : id,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(recording.body).digest('hex')}`,
  };
}

function readAnswer(text: string): { status: string; note: string } {
  try {
    const answer = answerSchema.parse(JSON.parse(text));
    return { status: answer.status, note: answer.error ?? answer.reason ?? answer.status };
  } catch {
    return { status: 'unknown', note: text.slice(0, 200) };
  }
}
