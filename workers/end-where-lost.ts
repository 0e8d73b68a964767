import { PermanentError } from '../src/errors.ts';
import type { WorkerMessage } from '../src/messages/worker-message.ts';
import type { Store } from '../src/store/types.ts';
import type { WorkerContext } from '../src/worker/context.ts';
import { done, type Outcome } from '../src/worker/outcome.ts';

/** What a message says of its repository. */
interface About {
  readonly repository_id: string;
  readonly owner: string;
  readonly repo: string;
  readonly head_sha: string | null;
  readonly pr_number?: number | null | undefined;
}

type Handle<Payload extends object> = (
  message: WorkerMessage<string, Payload>,
  context: WorkerContext,
) => Promise<Outcome>;

const REASONS: Readonly<Record<string, string>> = {
  gone: 'the App is not installed there any more',
  suspended: 'the installation of the App is suspended',
  not_found: 'the repository is not there, or not for the App',
};

/**
 * Ends a message whose repository the App has lost (uninstalled, suspended, removed): there is nothing left to do,
 * and nothing to try again. The rule is `github.gone`, `github.suspended` or `github.not_found`.
 */
export function endWhereLost<Payload extends About>(
  handle: Handle<Payload>,
  { store, clock }: { store: Pick<Store, 'timeline'>; clock: { now(): number } },
): Handle<Payload> {
  return async (message, context) => {
    try {
      return await handle(message, context);
    } catch (error) {
      const reason = error instanceof PermanentError ? REASONS[error.code] : undefined;
      if (!(error instanceof PermanentError) || reason === undefined) throw error;
      const rule = `github.${error.code}`;
      context.logger.info({ err: error, rule }, reason);
      const { repository_id, owner, repo, head_sha, pr_number } = message.payload;
      await store.timeline.append({
        at: clock.now(),
        kind: 'verdict',
        repositoryId: repository_id,
        owner,
        repo,
        prNumber: pr_number ?? null,
        headSha: head_sha,
        checkRunId: null,
        rule,
        message: reason,
        data: {},
        correlationId: message.correlationId ?? null,
        dedupeKey: `lost:${message.id}`,
      });
      return done;
    }
  };
}
