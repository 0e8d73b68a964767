import { TransientError } from '../../../src/errors.ts';
import type { RepositoryClient } from '../../../src/github/types.ts';
import type { FixStrategyName } from '../../../src/messages/payloads.ts';
import { fixApplicationPayload } from '../../../src/messages/payloads.ts';
import { sendFix } from '../../../workers/fix-messages.ts';
import { drain, type Handled, later } from '../support/drain.ts';
import { createWorld, FIX_POLICY, PATCH, type World } from '../support/world.ts';

/** The diff of the pull request shows app.py as a whole, or nothing of it. */
export const DIFF = '@@ -0,0 +1,5 @@\n+import os\n+x = 1\n+y = [1,2]\n+z = 3\n+print(x, y, z)';

/** A world with a policy and a diff, closed at the end. */
export async function withWorld(
  run: (world: World) => Promise<void>,
  { policy = FIX_POLICY, diff = DIFF }: { policy?: string | null; diff?: string | null } = {},
): Promise<void> {
  const world = await createWorld();
  world.github.policyFile = policy;
  world.github.files.set(5, [{ path: 'app.py', status: 'modified', patch: diff }]);
  try {
    await run(world);
  } finally {
    await world.close();
  }
}

/** The head lies in a fork that takes no pushes. */
export function moveToFork(world: World, author = 'ann'): void {
  const known = world.github.pullRequests.get(5);
  if (!known) throw new Error('no pull request');
  world.github.pullRequests.set(5, {
    ...known,
    fork: true,
    headRepository: `${author}/app`,
    headUser: author,
    author,
  });
}

/** Queues a fix of a strategy for the head and works on it, and on what follows. */
export async function apply(
  world: World,
  strategy: FixStrategyName,
  content = PATCH,
  changes: { headSha?: string; requestedBy?: string } = {},
): Promise<Handled[]> {
  const payload = fixApplicationPayload.parse({
    installation_id: '2',
    repository_id: '3',
    owner: 'octo',
    repo: 'app',
    head_sha: changes.headSha ?? world.head,
    pull_request_id: '4005',
    pr_number: 5,
    check_run_id: '100',
    fix_strategy: strategy,
    fix_content: content,
    confidence_score: 1,
    ...(changes.requestedBy !== undefined && { requested_by: changes.requestedBy }),
  });
  await sendFix(payload, { correlationId: 'guid-1' }, world);
  return [...(await drain(world)), ...(await later(world, 1000))];
}

/** Fails the next call of a method, after its effect or before it. */
export function breakOnce(world: World, method: keyof RepositoryClient, at: 'before' | 'after'): void {
  let left = 1;
  world.github.fault = (called, moment) => {
    if (called !== method || moment !== at || left-- <= 0) return;
    throw new TransientError('network', 'connection reset');
  };
}

/** Newest first: what was tried, how it ended, and by which rule. */
export async function attempts(world: World): Promise<(string | null)[][]> {
  const rows = await world.store.fixAttempts.listByPullRequest('3', 5);
  return rows.map(({ strategy, status, result, reason }) => [
    strategy,
    status,
    result ?? /\(rule ([\w.]+)\)$/.exec(reason ?? '')?.[1] ?? null,
  ]);
}

/** Refusals in the timeline but those of reports, oldest first. */
export async function refusals(world: World): Promise<(string | null)[]> {
  const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
  const ofFixes = entries.filter(
    ({ kind, message }) => kind === 'refusal' && !message.startsWith('No report'),
  );
  return ofFixes.map(({ rule }) => rule);
}
