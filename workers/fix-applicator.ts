import { nextRung } from '../src/fixes/ladder.ts';
import type { FixOutcome } from '../src/fixes/run-fix.ts';
import { whyShadow } from '../src/fixes/shadow.ts';
import { runStrategy } from '../src/fixes/strategies/index.ts';
import type { FixJob } from '../src/fixes/strategy.ts';
import {
  type FixApplicationPayload,
  fixApplicationPayload,
  type PersonRequestPayload,
  personRequestPayload,
} from '../src/messages/payloads.ts';
import { PRIORITIES, QUEUES } from '../src/messages/queues.ts';
import type { WorkerMessage } from '../src/messages/worker-message.ts';
import { EventWorker } from '../src/worker/event-worker.ts';
import { done, type Outcome, snooze } from '../src/worker/outcome.ts';
import type { WorkerDependencies, WorkerSettings } from './dependencies.ts';
import { endWhereLost } from './end-where-lost.ts';
import { environmentOf } from './fix-environment.ts';
import { sendFix, sendReport } from './fix-messages.ts';
import { createPersonRequestHandler } from './person-request.ts';

type Dependencies = Omit<WorkerDependencies, 'analyze'>;
type Message = WorkerMessage<string, FixApplicationPayload>;

/**
 * Carries out one fix by its strategy: waits (as a snooze) for the quiet period, the other checks, or GitHub;
 * ends in an effect or a refusal, either of which the report then tells.
 */
export function createFixApplicatorHandler(dependencies: Dependencies) {
  return endWhereLost<FixApplicationPayload>(async (message, context): Promise<Outcome> => {
    const job: FixJob = {
      id: message.id,
      payload: message.payload,
      correlationId: message.correlationId ?? null,
      requestedAt: message.timestamp,
    };
    const environment = await environmentOf(message.payload, dependencies, context);
    const outcome = await runStrategy(job, environment);
    if (outcome.kind === 'wait') return snooze(Math.max(1, Math.ceil(outcome.delayMs)), outcome.reason);
    if (outcome.kind === 'refused') context.logger.info(outcome.refusal, 'fix dropped');
    else context.logger.info({ result: outcome.result }, outcome.message);
    if (outcome.kind === 'refused' && outcome.refusal.rule === 'base.broken') {
      await holdFor(message.payload, dependencies);
    }
    await goOn(message, outcome, whyShadow(job, environment) !== null, dependencies);
    return done;
  }, dependencies);
}

/** The base broke after the verdict: the failure is decided anew when it passes. */
async function holdFor(
  { repository_id, pr_number, head_sha, check_run_id }: FixApplicationPayload,
  { store, clock }: Dependencies,
): Promise<void> {
  const record = await store.diagnoses.find(check_run_id);
  const pullRequest = await store.pullRequests.find(repository_id, pr_number);
  if (!record || !pullRequest) return;
  await store.diagnoses.upsert({ ...record, baseBroken: true });
  await store.holds.put({
    checkRunId: check_run_id,
    repositoryId: repository_id,
    prNumber: pr_number,
    headSha: head_sha,
    checkName: record.checkName,
    baseRef: pullRequest.baseRef,
    heldAt: clock.now(),
  });
}

/** After a refusal the next way to deliver the patch, at the end of all ways the report; in shadow mode none is written. */
async function goOn(
  { payload, correlationId, priority }: Message,
  outcome: Exclude<FixOutcome, { kind: 'wait' }>,
  shadow: boolean,
  dependencies: Dependencies,
): Promise<void> {
  if (payload.fix_strategy === 'report') return;
  const origin = { correlationId, priorityDelta: priority - PRIORITIES.fixApplication };
  const next = outcome.kind === 'refused' ? nextRung(payload.fix_strategy, outcome.refusal) : null;
  if (next) await sendFix({ ...payload, fix_strategy: next }, origin, dependencies);
  else if (!shadow) await sendReport(payload, origin, dependencies);
}

/** The worker of the queue `fix_applicator`: fixes, and what people ask for. */
export function createFixApplicatorWorker(dependencies: Dependencies, settings: WorkerSettings = {}) {
  const { queues, clock } = dependencies;
  return new EventWorker<{ apply_fix: FixApplicationPayload; answer_request: PersonRequestPayload }>({
    ...settings,
    name: 'fix-applicator',
    queue: QUEUES.fixApplicator,
    queues,
    clock,
  })
    .registerHandler('apply_fix', createFixApplicatorHandler(dependencies), { schema: fixApplicationPayload })
    .registerHandler('answer_request', createPersonRequestHandler(dependencies), {
      schema: personRequestPayload,
    });
}
