import { PermanentError } from '../../src/errors.ts';
import { packPatch, packRerun } from '../../src/fixes/fix-content.ts';
import { pullRequestScope } from '../../src/fixes/judge.ts';
import { newestByCheck } from '../../src/fixes/report/gather.ts';
import { lacks } from '../../src/github/permissions.ts';
import type { CheckRunInfo } from '../../src/github/types.ts';
import { CheckAnalysisMessage } from '../../src/messages/check-analysis-message.ts';
import type { FixApplicationPayload } from '../../src/messages/payloads.ts';
import { PERSON_PRIORITY_BONUS, QUEUES } from '../../src/messages/queues.ts';
import type { RequestVerb } from '../../src/messages/request-verbs.ts';
import type { DiagnosisRecord } from '../../src/store/types.ts';
import { whyNotFailing } from '../check-analyzer/conclusions.ts';
import type { WorkerDependencies } from '../dependencies.ts';
import { sendFix, sendReport } from '../fix-messages.ts';
import type { Answer, RequestCase } from './case.ts';

type Dependencies = Pick<WorkerDependencies, 'queues' | 'clock'>;
type Grant = (request: RequestCase, dependencies: Dependencies) => Promise<Answer>;

/** Failed checks of a head that one request looks at. */
const CHECKS_MAX = 30;

/** What is done for somebody who may ask for it. Done twice, the effects are those of once. */
export const GRANTS: Readonly<Record<RequestVerb, Grant>> = Object.freeze({
  fix: grantFix,
  rerun: grantRerun,
  ignore: grantIgnore,
  evaluate: grantEvaluation,
  async pause(request) {
    await switchPause(request, true);
    return granted('paused on this pull request, until somebody asks to resume');
  },
  async resume(request, dependencies) {
    await switchPause(request, false);
    const { repositoryId, number } = request.pullRequest;
    await request.environment.store.ignoredFailures.clear(repositoryId, number);
    await grantEvaluation(request, dependencies);
    return granted('resumed; nothing is ignored any more, and the failed checks are looked at again');
  },
  async explain() {
    return granted('explained in the comment');
  },
  async why() {
    return granted('told in the comment');
  },
  async help() {
    return refused('request.unknown', 'that is no command');
  },
});

async function grantFix(request: RequestCase, dependencies: Dependencies): Promise<Answer> {
  const { message, pullRequest, environment } = request;
  const { store } = environment;
  const { repositoryId, number, headSha } = pullRequest;
  const attempts = await store.fixAttempts.listByPullRequest(repositoryId, number);
  const done = attempts.find(
    (it) => it.headSha === headSha && it.strategy === 'apply_patch' && it.status === 'applied',
  );
  if (done) return refused('limit.one_per_head', `${short(headSha)} has its fix already: ${done.result}`);
  const patches = (await diagnosesOf(request)).filter(({ diagnosis }) => diagnosis.patch !== null);
  for (const record of patches) {
    const content = await packPatch(record.diagnosis.patch ?? '', store.contents);
    const { confidence } = record.diagnosis;
    const payload = fixPayload(request, record.checkRunId, 'apply_patch', content, confidence);
    await sendFix(payload, originOf(message), dependencies);
  }
  if (patches.length > 0) return granted('the patch is going to be committed');
  return refused('request.no_patch', `no patch is known for a failed check of ${short(headSha)}`);
}

async function grantRerun(request: RequestCase, dependencies: Dependencies): Promise<Answer> {
  const { message, pullRequest, environment } = request;
  const { client, store } = environment;
  const runs = new Set<string>();
  const failed = (await failedChecks(request)).filter(({ appSlug }) => appSlug === 'github-actions');
  for (const check of failed) {
    const job = await client.getJob(check.id).catch((error: unknown) => {
      if (error instanceof PermanentError && error.code === 'forbidden') return 'forbidden' as const;
      throw error;
    });
    if (job === 'forbidden') return refused('github.forbidden', lacks('read_logs'));
    if (!job || runs.has(job.runId)) continue;
    runs.add(job.runId);
    const fingerprint = (await store.diagnoses.find(check.id))?.fingerprint ?? '';
    const content = packRerun({ runId: job.runId, runAttempt: job.runAttempt, fingerprint });
    const payload = fixPayload(request, check.id, 'rerun_failed_jobs', content, 1);
    await sendFix(payload, originOf(message), dependencies);
  }
  if (runs.size > 0) return granted('the failed jobs are going to run again');
  return refused('request.no_job', `no job of GitHub Actions has failed on ${short(pullRequest.headSha)}`);
}

async function grantIgnore(request: RequestCase, { clock }: Dependencies): Promise<Answer> {
  const { message, pullRequest, environment } = request;
  const { repositoryId, number, headSha } = pullRequest;
  const records = await diagnosesOf(request);
  if (records.length === 0)
    return refused('request.nothing', `nothing is known to fail on ${short(headSha)}`);
  const ignoredBy = message.payload.requested_by;
  const failures = records.map(({ fingerprint }) => ({ fingerprint, ignoredBy }));
  await environment.store.ignoredFailures.add(repositoryId, number, failures, clock.now());
  return granted('these failures are left alone on this pull request, until somebody asks to resume');
}

async function grantEvaluation(request: RequestCase, { queues, clock }: Dependencies): Promise<Answer> {
  const { message, pullRequest } = request;
  const { installation_id, repository_id, owner, repo } = message.payload;
  const failed = await failedChecks(request);
  for (const check of failed) {
    const analysis = new CheckAnalysisMessage(
      {
        installation_id,
        repository_id,
        owner,
        repo,
        head_sha: pullRequest.headSha,
        check_run_id: check.id,
        pull_request_id: pullRequest.id,
        pr_number: pullRequest.number,
        failure_logs: '',
      },
      { timestamp: clock.now(), priorityDelta: PERSON_PRIORITY_BONUS, ...correlationOf(message) },
    );
    await queues.sendMessage(QUEUES.checkAnalyzer, analysis.toWorkerMessage());
  }
  return granted(`failed checks that are looked at again: ${failed.length}`);
}

/** Tells in the report of the head what became of a request. */
export async function tellInReport(request: RequestCase, dependencies: Dependencies): Promise<void> {
  const payload = fixPayload(request, request.message.payload.check_run_id ?? '0', 'report', '', 1);
  await sendReport(payload, originOf(request.message), dependencies);
}

async function switchPause({ message, pullRequest, environment }: RequestCase, on: boolean): Promise<void> {
  const scope = pullRequestScope(pullRequest.repositoryId, pullRequest.number);
  const { store, clock } = environment;
  await store.control.setPaused(scope, on, message.payload.requested_by, clock.now());
}

async function diagnosesOf({ pullRequest, environment }: RequestCase): Promise<DiagnosisRecord[]> {
  const { repositoryId, headSha } = pullRequest;
  return newestByCheck(await environment.store.diagnoses.listByHead(repositoryId, headSha));
}

async function failedChecks({ pullRequest, environment }: RequestCase): Promise<CheckRunInfo[]> {
  const { client, app } = environment;
  const runs = await client.listCheckRuns(pullRequest.headSha);
  return runs.filter((run) => whyNotFailing(run, app.appId) === null).slice(0, CHECKS_MAX);
}

function fixPayload(
  { message, pullRequest }: RequestCase,
  checkRunId: string,
  strategy: FixApplicationPayload['fix_strategy'],
  content: string,
  confidence: number,
): FixApplicationPayload {
  const { installation_id, repository_id, owner, repo, requested_by } = message.payload;
  return {
    installation_id,
    repository_id,
    owner,
    repo,
    head_sha: pullRequest.headSha,
    pull_request_id: pullRequest.id,
    pr_number: pullRequest.number,
    check_run_id: checkRunId,
    fix_strategy: strategy,
    fix_content: content,
    confidence_score: confidence,
    requested_by,
  };
}

function originOf(message: RequestCase['message']) {
  return { priorityDelta: PERSON_PRIORITY_BONUS, ...correlationOf(message) };
}

function correlationOf({ correlationId }: RequestCase['message']): { correlationId?: string } {
  return correlationId === undefined ? {} : { correlationId };
}

function granted(answer: string): Answer {
  return { rule: null, answer };
}

function refused(rule: string, answer: string): Answer {
  return { rule, answer };
}

function short(sha: string): string {
  return sha.slice(0, 7);
}
