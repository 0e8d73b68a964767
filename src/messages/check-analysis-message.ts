import type { CheckAnalysisPayload } from './payloads.ts';
import { PRIORITIES } from './queues.ts';
import { TypedMessage } from './typed-message.ts';

/** Diagnose a failed check run. Messages of one head sha run one after the other. */
export class CheckAnalysisMessage extends TypedMessage<'analyze_check_failure', CheckAnalysisPayload> {
  protected override readonly basePriority = PRIORITIES.checkAnalysis;
  override readonly type = 'analyze_check_failure';

  override get id(): string {
    return `check_analysis_${this.payload.check_run_id}`;
  }

  override get groupKey(): string {
    return `${this.payload.repository_id}:${this.payload.head_sha}`;
  }
}
