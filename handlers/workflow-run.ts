import { workflowRunEvent } from '../src/events/payloads.ts';
import { lookAtPullRequests } from './failed-on-head.ts';
import { type Handler, nothing } from './handler.ts';

/**
 * `workflow_run.completed`: the pull requests of a run that failed are looked at; of one that never started (its
 * file is broken) there is no check run that would tell. A run that ended with `action_required` waits for a person.
 */
export const workflowRunHandler: Handler<typeof workflowRunEvent> = {
  name: 'workflow_run',
  schema: workflowRunEvent,
  decide({ action, workflow_run, repository, installation }, context) {
    if (!installation) return nothing('no_installation');
    if (action !== 'completed') return nothing('action_ignored');
    return lookAtPullRequests(workflow_run, { repository, installation }, context, 'run_failed');
  },
};
