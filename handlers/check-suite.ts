import { checkSuiteEvent } from '../src/events/payloads.ts';
import { lookAtPullRequests } from './failed-on-head.ts';
import { type Handler, nothing } from './handler.ts';
import { ownPullRequests } from './own-pull-requests.ts';
import { askFor } from './requests.ts';

/**
 * `check_suite.completed`: the pull requests of a suite that failed are looked at. `check_suite.rerequested` of our
 * own suite: a person wants everything looked at again.
 */
export const checkSuiteHandler: Handler<typeof checkSuiteEvent> = {
  name: 'check_suite',
  schema: checkSuiteEvent,
  decide({ action, check_suite, repository, installation, sender }, context) {
    if (!installation) return nothing('no_installation');
    if (action === 'rerequested' && check_suite.app?.id === context.appId) {
      if (!sender || sender.type === 'Bot') return nothing('no_person');
      const [first, second] = ownPullRequests(check_suite.pull_requests, repository.id);
      const pr_number = second === undefined ? (first?.number ?? null) : null;
      const { head_sha } = check_suite;
      const subject = {
        head_sha,
        pr_number,
        check_run_id: null,
        comment_id: null,
        verb: 'evaluate',
      } as const;
      const event = { repository, installation, by: sender.login };
      return askFor([subject], event, 'asked for all checks to be run again', context);
    }
    if (action !== 'completed') return nothing('action_ignored');
    if (check_suite.app?.id === context.appId) return nothing('own_check_suite');
    return lookAtPullRequests(check_suite, { repository, installation }, context, 'suite_failed');
  },
};
