import { checkSuiteEvent } from '../src/events/payloads.ts';
import { lookAtPullRequests } from './failed-on-head.ts';
import { type Handler, nothing } from './handler.ts';

/** `check_suite.completed`: the pull requests of a suite that failed are looked at. */
export const checkSuiteHandler: Handler<typeof checkSuiteEvent> = {
  name: 'check_suite',
  schema: checkSuiteEvent,
  decide({ action, check_suite, repository, installation }, context) {
    if (!installation) return nothing('no_installation');
    if (action !== 'completed') return nothing('action_ignored');
    if (check_suite.app?.id === context.appId) return nothing('own_check_suite');
    return lookAtPullRequests(check_suite, { repository, installation }, context, 'suite_failed');
  },
};
