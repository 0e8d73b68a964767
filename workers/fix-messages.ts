import { FixApplicationMessage } from '../src/messages/fix-application-message.ts';
import type { FixApplicationPayload } from '../src/messages/payloads.ts';
import { QUEUES } from '../src/messages/queues.ts';
import type { WorkerDependencies } from './dependencies.ts';

/** Reports of one head wait this long, in milliseconds, so that many failed checks make one. */
export const REPORT_DELAY_MS = 1000;

/** What a fix message inherits from the message that led to it. */
export interface Origin {
  readonly correlationId?: string | undefined;
  /** Distance to the sender's own priority: what a person asked for stays ahead. */
  readonly priorityDelta?: number;
}

/** Queues a fix; resolves when it is durable. Answers the message's id. */
export async function sendFix(
  payload: FixApplicationPayload,
  { correlationId, priorityDelta = 0 }: Origin,
  { queues, clock }: Pick<WorkerDependencies, 'queues' | 'clock'>,
): Promise<string> {
  const message = new FixApplicationMessage(payload, {
    timestamp: clock.now(),
    priorityDelta,
    ...(correlationId !== undefined && { correlationId }),
  });
  await queues.sendMessage(QUEUES.fixApplicator, message.toWorkerMessage());
  return message.id;
}

/** Asks for the report of a head. All such messages of one head are one message. */
export async function sendReport(
  payload: FixApplicationPayload,
  { correlationId, priorityDelta = 0 }: Origin,
  { queues, clock }: Pick<WorkerDependencies, 'queues' | 'clock'>,
): Promise<void> {
  const { requested_by: _, ...rest } = payload;
  const message = new FixApplicationMessage(
    { ...rest, fix_strategy: 'report', fix_content: '' },
    {
      timestamp: clock.now(),
      priorityDelta,
      ...(correlationId !== undefined && { correlationId }),
    },
  );
  const options = { delayMs: REPORT_DELAY_MS };
  await queues.sendMessage(QUEUES.fixApplicator, message.toWorkerMessage(), options);
}
