import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Diagnosis } from '../../../src/analysis/types.ts';
import type { ModeOverride } from '../../../src/config/env.ts';
import { type DomainEvents, EventBus } from '../../../src/events/index.ts';
import { RepositoryFacts } from '../../../src/fixes/repository-facts.ts';
import type { CheckRunInfo, PullRequestInfo } from '../../../src/github/types.ts';
import { silentLogger } from '../../../src/logger.ts';
import { ManualClock } from '../../../src/manual-clock.ts';
import { CheckAnalysisMessage } from '../../../src/messages/check-analysis-message.ts';
import type { CheckAnalysisPayload } from '../../../src/messages/payloads.ts';
import type { WorkerMessage } from '../../../src/messages/worker-message.ts';
import { MemoryQueueManager } from '../../../src/queue/memory.ts';
import { openSqliteStore } from '../../../src/store/sqlite-store.ts';
import type { Store } from '../../../src/store/types.ts';
import type { WorkerContext } from '../../../src/worker/context.ts';
import type { AnalyzeLog, WorkerDependencies } from '../../../workers/dependencies.ts';
import { MemoryGitHub } from './memory-github.ts';

export const BEFORE = 'import os\nx = 1\ny = [1,2]\nz = 3\nprint(x, y, z)\n';
export const AFTER = BEFORE.replace('[1,2]', '[1, 2]');
export const PATCH = `--- a/app.py
+++ b/app.py
@@ -1,5 +1,5 @@
 import os
 x = 1
-y = [1,2]
+y = [1, 2]
 z = 3
 print(x, y, z)
`;

/** A diagnosis with a patch; `changes` replace its parts. */
export function diagnosisOf(changes: Partial<Diagnosis> = {}): Diagnosis {
  return {
    category: 'format',
    confidence: 0.97,
    tool: 'black',
    summary: 'black would reformat app.py',
    root_cause: { line: 3, text: 'would reformat app.py' },
    evidence: [{ line: 3, text: 'would reformat app.py' }],
    diagnostics: [],
    failed_tests: [],
    patch: PATCH,
    recommendation: 'apply_patch',
    transient: false,
    fingerprint: 'f0f0',
    stats: { lines: 4, bytes: 100 },
    ...changes,
  };
}

export const TRANSIENT = diagnosisOf({
  category: 'infrastructure',
  tool: null,
  summary: 'the runner lost contact',
  patch: null,
  recommendation: 'rerun_failed_jobs',
  transient: true,
  fingerprint: 'abab',
});

/** A store, a repository with one open pull request, and the workers' dependencies, all on one clock. */
export interface World extends WorkerDependencies {
  analyze: AnalyzeLog;
  readonly github: MemoryGitHub;
  readonly clock: ManualClock;
  readonly queues: MemoryQueueManager;
  readonly published: { name: string; payload: unknown }[];
  readonly head: string;
  /** What the next analyses answer, by check name; default {@link diagnosisOf}. */
  readonly diagnoses: Map<string, Diagnosis>;
  /** Context of a handler. */
  context(): WorkerContext;
  /** A failed check of the head, as its message. */
  failedCheck(name: string, changes?: Partial<CheckRunInfo>): WorkerMessage<string, CheckAnalysisPayload>;
  close(): Promise<void>;
}

export const FIX_POLICY = 'mode: fix\nquiet_period: 0s\nwait_for_suite: false\n';

export async function createWorld(mode: ModeOverride = 'policy'): Promise<World> {
  const folder = mkdtempSync(path.join(tmpdir(), 'world-'));
  const clock = new ManualClock();
  const store: Store = await openSqliteStore({ path: path.join(folder, 'store.db'), clock });
  const github = new MemoryGitHub();
  github.push('main', { 'app.py': BEFORE });
  github.branches.set('topic', github.branches.get('main') ?? '');
  const head = github.push('topic', { 'app.py': BEFORE, 'b.py': 'b = 1\n' }, { committedAt: clock.now() });
  github.pullRequests.set(5, pullRequestOf(head, clock.now()));
  const bus = new EventBus<DomainEvents>();
  const published: World['published'] = [];
  bus.subscribe('*', (payload, name) => void published.push({ name, payload }));
  const diagnoses = new Map<string, Diagnosis>();
  const queues = new MemoryQueueManager({ clock });
  let nextCheck = 100;
  return {
    store,
    github,
    clock,
    queues,
    bus,
    published,
    head,
    diagnoses,
    mode,
    facts: new RepositoryFacts(github, clock),
    async analyze(log, { checkName = '' }) {
      for await (const _chunk of log);
      return diagnoses.get(checkName) ?? diagnosisOf();
    },
    context: () => contextOf(clock),
    failedCheck(name, changes = {}) {
      const check = checkOf(String(nextCheck++), name, head, changes);
      github.checkRuns.set(check.id, check);
      github.logs.set(check.id, 'log of the job\n');
      github.jobs.set(check.id, {
        id: check.id,
        runId: '500',
        runAttempt: 1,
        name,
        status: 'completed',
        conclusion: check.conclusion,
      });
      return analysisOf(check, clock.now());
    },
    async close() {
      await queues.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function contextOf(
  clock: ManualClock,
  signal: AbortSignal = new AbortController().signal,
): WorkerContext {
  return { clock, signal, logger: silentLogger(), attempt: 1, progress: () => {} };
}

function pullRequestOf(headSha: string, updatedAt: number): PullRequestInfo {
  return {
    id: '4005',
    number: 5,
    state: 'open',
    merged: false,
    draft: false,
    title: 'Add a list',
    author: 'ann',
    labels: [],
    headSha,
    headRef: 'topic',
    headRepository: 'octo/app',
    headRepositoryId: '3',
    baseSha: '0'.repeat(40),
    baseRef: 'main',
    fork: false,
    headIsDefault: false,
    headUser: 'octo',
    maintainerCanModify: false,
    updatedAt,
  };
}

function checkOf(id: string, name: string, headSha: string, changes: Partial<CheckRunInfo>): CheckRunInfo {
  return {
    id,
    name,
    headSha,
    status: 'completed',
    conclusion: 'failure',
    appSlug: 'github-actions',
    appId: '15368',
    suiteId: '1',
    detailsUrl: null,
    outputTitle: null,
    outputSummary: null,
    outputText: null,
    annotationsCount: 0,
    externalId: null,
    pullRequestNumbers: [5],
    startedAt: null,
    completedAt: null,
    ...changes,
  };
}

function analysisOf(check: CheckRunInfo, timestamp: number): WorkerMessage<string, CheckAnalysisPayload> {
  const message = new CheckAnalysisMessage(
    {
      installation_id: '2',
      repository_id: '3',
      owner: 'octo',
      repo: 'app',
      head_sha: check.headSha,
      check_run_id: check.id,
      pull_request_id: null,
      pr_number: null,
      failure_logs: '',
    },
    { timestamp, correlationId: 'guid-1' },
  );
  return message.toWorkerMessage();
}
