import { DEFAULT_POLICY } from '../src/fixes/policy/policy.ts';
import type { FixEnvironment } from '../src/fixes/strategy.ts';
import type { WorkerContext } from '../src/worker/context.ts';
import type { WorkerDependencies } from './dependencies.ts';
import type { RepositoryTarget } from './pull-request-record.ts';

/** What a strategy works with, for the repository of a message. */
export async function environmentOf(
  target: RepositoryTarget,
  { store, github, bus, facts, mode, clock }: Omit<WorkerDependencies, 'analyze'>,
  { logger, signal }: WorkerContext,
): Promise<FixEnvironment> {
  const client = github.repository(target.installation_id, target.owner, target.repo);
  const reading = await facts.policy(client);
  return {
    store,
    app: github,
    client,
    facts,
    policy: reading.ok ? reading.policy : DEFAULT_POLICY,
    policyProblems: reading.ok ? [] : reading.problems,
    override: mode,
    events: bus,
    clock,
    logger,
    signal,
  };
}
