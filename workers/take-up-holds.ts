import { CheckAnalysisMessage } from '../src/messages/check-analysis-message.ts';
import { QUEUES } from '../src/messages/queues.ts';
import type { PullRequestRecord } from '../src/store/types.ts';
import type { WorkerDependencies } from './dependencies.ts';

/** Has it decided anew what is held of a pull request; what was held for another head is forgotten. */
export async function takeUpHolds(
  { repositoryId, number, id, installationId, owner, repo, state, headSha }: PullRequestRecord,
  correlationId: string | undefined,
  { store, queues, clock }: Pick<WorkerDependencies, 'store' | 'queues' | 'clock'>,
): Promise<void> {
  for (const hold of await store.holds.listByPullRequest(repositoryId, number)) {
    if (state !== 'open' || headSha !== hold.headSha) {
      await store.holds.remove(hold.checkRunId);
      continue;
    }
    const message = new CheckAnalysisMessage(
      {
        installation_id: installationId,
        repository_id: repositoryId,
        owner,
        repo,
        head_sha: headSha,
        check_run_id: hold.checkRunId,
        pull_request_id: id,
        pr_number: number,
        failure_logs: '',
        rejudge: true,
      },
      { timestamp: clock.now(), ...(correlationId !== undefined && { correlationId }) },
    );
    await queues.sendMessage(QUEUES.checkAnalyzer, message.toWorkerMessage());
  }
}
