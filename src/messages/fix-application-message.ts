import { createHash } from 'node:crypto';
import type { FixApplicationPayload } from './payloads.ts';
import { PRIORITIES } from './queues.ts';
import { TypedMessage } from './typed-message.ts';

/** Apply a fix. Messages of one pull request run one after the other. */
export class FixApplicationMessage extends TypedMessage<'apply_fix', FixApplicationPayload> {
  protected override readonly basePriority = PRIORITIES.fixApplication;
  override readonly type = 'apply_fix';

  override get id(): string {
    const { pull_request_id, fix_strategy, fix_content, head_sha, requested_by } = this.payload;
    // What a person asks for is another message than what was offered unasked.
    const asked = requested_by === undefined ? [] : [requested_by];
    const digest = createHash('sha256')
      .update(JSON.stringify([fix_strategy, fix_content, head_sha, ...asked]))
      .digest('hex')
      .slice(0, 32);
    return `fix_application_${pull_request_id}_${digest}`;
  }

  override get groupKey(): string {
    return `${this.payload.repository_id}:${this.payload.pr_number}`;
  }
}
