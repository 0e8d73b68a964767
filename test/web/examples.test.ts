import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUEUES } from '../../src/messages/queues.ts';
import { Ingress } from '../support/web/ingress.ts';

interface Example {
  name: string;
  examples: { action?: string; installation?: object }[];
}

/** Every example payload that Octokit publishes, taken from the package. */
const examples = createRequire(import.meta.url)(
  '@octokit/webhooks-examples/api.github.com/index.json',
) as Example[];
const payloads = examples.flatMap(({ name, examples: bodies }) =>
  bodies.map((body) => ({ name, body, event: body.action === undefined ? name : `${name}.${body.action}` })),
);

/** Types of the messages that an `event.action` with an installation must lead to; every other leads to none. */
const MESSAGES: Readonly<Record<string, readonly string[]>> = {
  'pull_request.closed': ['check_pull_request'],
  'pull_request.converted_to_draft': ['check_pull_request'],
  'pull_request.labeled': ['check_pull_request'],
  'pull_request.opened': ['check_pull_request'],
  'pull_request.ready_for_review': ['check_pull_request'],
  'pull_request.reopened': ['check_pull_request'],
  'pull_request.synchronize': ['check_pull_request'],
  'pull_request.unlabeled': ['check_pull_request'],
};

/** What is written down for the events that a handler looks at without sending anything. */
const REASONS: Readonly<Record<string, string>> = {
  'check_run.requested_action': 'not_own_check_run',
  'check_run.rerequested': 'not_own_check_run',
  'check_suite.requested': 'action_ignored',
  'check_suite.rerequested': 'action_ignored',
  'installation.created': 'installation_created',
  'installation.deleted': 'installation_deleted',
  'installation.new_permissions_accepted': 'installation_new_permissions_accepted',
  'installation.suspend': 'installation_suspend',
  'installation.unsuspend': 'installation_unsuspend',
  'installation_repositories.added': 'repositories_added',
  'installation_repositories.removed': 'repositories_removed',
  'issue_comment.created': 'no_pull_request',
  'issue_comment.deleted': 'action_ignored',
  'issue_comment.edited': 'action_ignored',
  'pull_request.assigned': 'action_ignored',
  'pull_request.locked': 'action_ignored',
  'pull_request.review_request_removed': 'action_ignored',
  'pull_request.review_requested': 'action_ignored',
  'pull_request.unassigned': 'action_ignored',
  'pull_request.unlocked': 'action_ignored',
};

describe('the example payloads of GitHub', () => {
  let ingress: Ingress;

  beforeAll(async () => {
    ingress = await Ingress.open();
  });

  afterAll(() => ingress[Symbol.asyncDispose]());

  /** Types of what is on the queues; takes it off. */
  async function drain(): Promise<string[]> {
    const types: string[] = [];
    for (const queue of Object.values(QUEUES)) {
      for (
        let leased = await ingress.queues.getMessage(queue);
        leased;
        leased = await ingress.queues.getMessage(queue)
      ) {
        types.push(leased.message.type);
        await ingress.queues.ackMessage(leased.lease);
      }
    }
    return types;
  }

  it('are 329', () => expect(payloads).toHaveLength(329));

  it('are all answered 202, and lead to the messages of the table', async () => {
    const counts = { messages: 0, no_installation: 0 };
    for (const [index, { name, body, event }] of payloads.entries()) {
      const answer = await ingress.deliver(name, body, `example-${index}`);
      expect(answer, event).toMatchObject({ code: 202, status: 'accepted' });
      const messages = await drain();
      counts.messages += messages.length;
      if (!body.installation && name !== 'ping') {
        counts.no_installation += 1;
        expect([event, answer.reason, messages]).toEqual([event, 'no_installation', []]);
      } else {
        const expected = MESSAGES[event] ?? [];
        const reason = expected.length > 0 ? 'pull_request_changed' : (REASONS[event] ?? 'no_handler');
        expect([event, answer.reason, messages]).toEqual([
          event,
          name === 'ping' ? 'pong' : reason,
          expected,
        ]);
      }
    }
    const uninstalled = payloads.filter(({ name, body }) => !body.installation && name !== 'ping').length;
    expect(counts).toEqual({ messages: 14, no_installation: uninstalled });
    expect(uninstalled).toBeGreaterThan(0);
    // Those of a repository that an example removes are deleted with it.
    expect(await ingress.store.deliveries.counts()).toMatchObject({ open: 0, dead: 0 });
  });

  it('are a 5xx, and stay open, when a subscriber throws', async () => {
    const unsubscribe = ingress.bus.subscribe('pull_request.*', () => {
      throw new Error('a subscriber of its own failed');
    });
    const example = payloads.find(({ event, body }) => event === 'pull_request.opened' && body.installation);
    const answer = await ingress.deliver('pull_request', example?.body ?? {}, 'thrown');
    expect(answer).toMatchObject({ code: 500, status: 'refused' });
    // The work of the others is not lost.
    expect(await drain()).toEqual(['check_pull_request']);
    expect(await ingress.store.deliveries.find(ingress.appId, 'thrown')).toMatchObject({
      status: 'open',
      attempts: 1,
    });
    unsubscribe();
    expect(await ingress.deliver('pull_request', example?.body ?? {}, 'thrown')).toMatchObject({
      code: 202,
      status: 'accepted',
    });
    expect(await ingress.deliver('pull_request', example?.body ?? {}, 'thrown')).toMatchObject({
      code: 202,
      status: 'duplicate',
    });
  });
});
