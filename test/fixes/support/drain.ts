import { silentLogger } from '../../../src/logger.ts';
import {
  checkAnalysisPayload,
  fixApplicationPayload,
  personRequestPayload,
  prMonitorPayload,
} from '../../../src/messages/payloads.ts';
import { QUEUES } from '../../../src/messages/queues.ts';
import type { WorkerMessage } from '../../../src/messages/worker-message.ts';
import { outcomeOfError } from '../../../src/worker/classify.ts';
import { dead, type Outcome } from '../../../src/worker/outcome.ts';
import { ExponentialBackoff } from '../../../src/worker/retry-policy.ts';
import { verdictOf } from '../../../src/worker/settlement.ts';
import { createCheckAnalyzerHandler } from '../../../workers/check-analyzer.ts';
import { createFixApplicatorHandler } from '../../../workers/fix-applicator.ts';
import { createPersonRequestHandler } from '../../../workers/person-request.ts';
import {
  createCheckPullRequestHandler,
  createMonitorRepositoryHandler,
} from '../../../workers/pr-monitor.ts';
import type { World } from './world.ts';

/** What became of a message. */
export interface Handled {
  readonly type: string;
  readonly strategy: string | null;
  readonly outcome: Outcome;
}

/** Delay of transient failures that name none, in milliseconds. */
const TRANSIENT_DELAY_MS = 60_000;

const POLICIES = { retryPolicy: new ExponentialBackoff(), deadLetters: true, logger: silentLogger() };

/** Works on everything that is due, one message at a time, and settles it as a worker would. */
export async function drain(world: World): Promise<Handled[]> {
  const handled: Handled[] = [];
  for (;;) {
    let idle = true;
    for (const queue of Object.values(QUEUES)) {
      const leased = await world.queues.getMessage(queue);
      if (!leased) continue;
      idle = false;
      const { message, lease } = leased;
      const outcome = await handle(message, world);
      const settled = verdictOf(outcome, message, message.retryCount + 1, POLICIES).lease;
      await world.queues.exchange(queue, { outcomes: [{ lease, outcome: settled }] });
      const strategy = 'fix_strategy' in message.payload ? String(message.payload.fix_strategy) : null;
      handled.push({ type: message.type, strategy, outcome });
    }
    if (idle) return handled;
  }
}

/** Sends a message to the analyser and works on all that follows, reports included. */
export async function analyse(
  world: World,
  ...messages: readonly WorkerMessage<string, object>[]
): Promise<Handled[]> {
  for (const message of messages) {
    await world.queues.sendMessage(QUEUES.checkAnalyzer, message as WorkerMessage);
  }
  const first = await drain(world);
  return [...first, ...(await later(world, 1000))];
}

/** Moves the clock, then works on what fell due. */
export async function later(world: World, ms: number): Promise<Handled[]> {
  await world.clock.advance(ms);
  return await drain(world);
}

/** Dead letters of all queues. */
export async function deadLetters(world: World): Promise<string[]> {
  const pages = await Promise.all(Object.values(QUEUES).map((queue) => world.queues.deadLetters.list(queue)));
  return pages.flatMap(({ letters }) => letters.map(({ id, error }) => `${id}: ${error.message}`));
}

async function handle(message: WorkerMessage, world: World): Promise<Outcome> {
  const context = world.context();
  try {
    switch (message.type) {
      case 'analyze_check_failure': {
        const payload = checkAnalysisPayload.parse(message.payload);
        return await createCheckAnalyzerHandler(world)({ ...message, payload }, context);
      }
      case 'apply_fix': {
        const payload = fixApplicationPayload.parse(message.payload);
        return await createFixApplicatorHandler(world)({ ...message, payload }, context);
      }
      case 'answer_request': {
        const payload = personRequestPayload.parse(message.payload);
        return await createPersonRequestHandler(world)({ ...message, payload }, context);
      }
      case 'check_pull_request': {
        const payload = prMonitorPayload.parse(message.payload);
        return await createCheckPullRequestHandler(world)({ ...message, payload }, context);
      }
      case 'monitor_repository': {
        const payload = prMonitorPayload.parse(message.payload);
        return await createMonitorRepositoryHandler(world)({ ...message, payload }, context);
      }
      default:
        return dead(`no handler for ${message.type}`);
    }
  } catch (thrown) {
    return outcomeOfError(thrown, () => TRANSIENT_DELAY_MS);
  }
}
