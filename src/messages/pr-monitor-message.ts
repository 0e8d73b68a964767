import type { PRMonitorPayload } from './payloads.ts';
import { PRIORITIES } from './queues.ts';
import { TypedMessage } from './typed-message.ts';

/** Types of {@link PRMonitorMessage}: a whole repository, or one pull request when `pr_number` is set. */
export type PRMonitorType = 'monitor_repository' | 'check_pull_request';

/**
 * Follow a pull request, or all of a repository. `facts.timestamp` is the event's own `updated_at` (or the slot
 * of a scheduled run), so that the same event twice is the same message.
 */
export class PRMonitorMessage extends TypedMessage<PRMonitorType, PRMonitorPayload> {
  protected override readonly basePriority = PRIORITIES.prMonitor;

  override get type(): PRMonitorType {
    return this.payload.pr_number === undefined ? 'monitor_repository' : 'check_pull_request';
  }

  override get id(): string {
    return [
      'pr_monitor',
      this.payload.repository_id,
      ...this.#number,
      Math.floor(this.facts.timestamp / 1000),
    ].join('_');
  }

  override get groupKey(): string {
    return [this.payload.repository_id, ...this.#number].join(':');
  }

  get #number(): number[] {
    return this.payload.pr_number === undefined ? [] : [this.payload.pr_number];
  }
}
