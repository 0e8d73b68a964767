import { issueCommentEvent } from '../src/events/payloads.ts';
import { commandsOf } from './commands.ts';
import { type Handler, nothing } from './handler.ts';
import { askFor } from './requests.ts';

/** `issue_comment.created` on a pull request: people give commands. Those of bots, our own among them, are none. */
export const issueCommentHandler: Handler<typeof issueCommentEvent> = {
  name: 'issue_comment',
  schema: issueCommentEvent,
  decide({ action, issue, comment, repository, installation }, context) {
    if (!installation) return nothing('no_installation');
    // An edit is no second command, and might be by somebody else.
    if (action !== 'created') return nothing('action_ignored');
    if (!issue.pull_request) return nothing('no_pull_request');
    const { id, body, user, created_at } = comment;
    if (!user || user.type === 'Bot' || user.login.endsWith('[bot]')) return nothing('no_person');
    const [first, ...others] = commandsOf(body ?? '').map((verb) => ({
      head_sha: null,
      pr_number: issue.number,
      check_run_id: null,
      comment_id: id,
      verb,
    }));
    if (!first) return nothing('no_command');
    const words = `commented ${[first, ...others].map(({ verb }) => `"/checkmend ${verb}"`).join(', ')}`;
    const event = { repository, installation, by: user.login, at: created_at };
    return askFor([first, ...others], event, words, context);
  },
};
