import type { PersonRequestPayload } from '../../src/messages/payloads.ts';
import { PersonRequestMessage } from '../../src/messages/person-request-message.ts';
import { QUEUES } from '../../src/messages/queues.ts';
import { drain, later } from '../fixes/support/drain.ts';
import { FIX_POLICY, type World } from '../fixes/support/world.ts';

export const SUGGEST = { policy: FIX_POLICY.replace('mode: fix', 'mode: suggest') };
let nextComment = 300;

/** A person asks, by default ann, who may write, by a button of the report on the head. */
export async function ask(world: World, changes: Partial<PersonRequestPayload>): Promise<void> {
  world.github.permissions.set('ann', 'write');
  const payload = {
    installation_id: '2',
    repository_id: '3',
    owner: 'octo',
    repo: 'app',
    head_sha: world.head,
    pr_number: 5,
    check_run_id: '9000',
    comment_id: null,
    verb: 'fix' as const,
    requested_by: 'ann',
    ...changes,
  };
  const facts = { timestamp: world.clock.now(), correlationId: `guid-${nextComment}` };
  const message = new PersonRequestMessage(payload, facts).toWorkerMessage();
  await world.queues.sendMessage(QUEUES.fixApplicator, message as never);
  await drain(world);
  await later(world, 1000);
}

/** … by a comment. */
export async function command(world: World, changes: Partial<PersonRequestPayload>): Promise<string> {
  const comment_id = String(nextComment++);
  await ask(world, { head_sha: null, check_run_id: null, comment_id, ...changes });
  return comment_id;
}

export async function answers(world: World): Promise<(string | null)[][]> {
  const rows = await world.store.personRequests.listByPullRequest('3', 5);
  return rows.map(({ verb, rule }) => [verb, rule]);
}

export const report = (world: World) => [...world.github.reports.values()].at(-1);
