import type { PersonRequestPayload } from './payloads.ts';
import { PERSON_PRIORITY_BONUS, PRIORITIES } from './queues.ts';
import { TypedMessage } from './typed-message.ts';

/**
 * Answer what a person asked for, by a button of the report or a command in a comment. Messages of one pull request
 * run one after the other, and before what nobody asked for.
 */
export class PersonRequestMessage extends TypedMessage<'answer_request', PersonRequestPayload> {
  protected override readonly basePriority = PRIORITIES.fixApplication + PERSON_PRIORITY_BONUS;
  override readonly type = 'answer_request';

  override get id(): string {
    const { verb, requested_by, comment_id, check_run_id, head_sha } = this.payload;
    const source = comment_id === null ? `${check_run_id ?? head_sha}_${requested_by}` : comment_id;
    return `request_${this.payload.repository_id}_${source}_${verb}`;
  }

  override get groupKey(): string {
    const { repository_id, pr_number, head_sha } = this.payload;
    return `${repository_id}:${pr_number ?? head_sha}`;
  }
}
