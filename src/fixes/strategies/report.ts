import { permissionOf } from '../../github/permissions.ts';
import type { CheckAnnotation, CheckRunReport } from '../../github/types.ts';
import type { DiagnosisRecord, FixAttemptRecord, PullRequestRecord } from '../../store/types.ts';
import type { Verdict } from '../decide.ts';
import { whyNotHead } from '../head.ts';
import { judge } from '../judge.ts';
import { composeReport } from '../report/compose.ts';
import type { ReportItem } from '../report/item.ts';
import { type FixEnvironment, type FixStrategy, refused } from '../strategy.ts';

/** Name of our own check run. */
export const REPORT_NAME = 'Checkmend';

/** `external_id` of our own check run on a head: its mark. */
export function reportMark(headSha: string): string {
  return `checkmend-report-${headSha}`;
}

/**
 * Writes one check run on the head sha that tells of all its failed checks. Written again it is the same check
 * run with newer text: the mark is its `external_id`.
 */
export const report: FixStrategy<null, CheckRunReport> = {
  name: 'report',
  permission: permissionOf('report'),

  async plan() {
    return { kind: 'planned', plan: null, digest: '', reverseDigest: null };
  },

  async preflight(_plan, job, environment) {
    const { repository_id, pr_number, head_sha } = job.payload;
    const pullRequest = await environment.client.getPullRequest(pr_number);
    if (!pullRequest) return refused('pull_request.gone', 'the pull request is not there any more');
    const attempts = await environment.store.fixAttempts.listByPullRequest(repository_id, pr_number);
    const mended = attempts.some(({ headSha, status }) => headSha === head_sha && status === 'applied');
    // Our own commit moves the head too: then the old head still gets to hear what was done.
    const why = mended ? null : whyNotHead(pullRequest, job);
    if (why) return why;
    const known = await environment.store.pullRequests.find(repository_id, pr_number);
    if (!known) return refused('pull_request.unknown', 'the pull request is not known');
    const { policyProblems } = environment;
    const items = await itemsOf({ ...known, headSha: head_sha }, environment);
    if (items.length === 0) return refused('report.nothing', 'there is nothing to report');
    const { title, summary, text, annotations, conclusion } = composeReport(items, policyProblems);
    const ready: CheckRunReport = {
      name: REPORT_NAME,
      headSha: head_sha,
      externalId: reportMark(head_sha),
      status: 'completed',
      conclusion,
      title,
      summary,
      annotations: await newAnnotations(head_sha, annotations, environment),
      ...(text !== '' && { text }),
    };
    return { kind: 'go', ready };
  },

  async apply(ready, _job, { client }) {
    const id = await client.upsertCheckRun(ready);
    return { kind: 'applied', result: id, message: `reported: ${ready.title}` };
  },

  async verify() {
    return null;
  },
};

/** GitHub adds the annotations of an update to those that are there: only new ones are sent. */
async function newAnnotations(
  headSha: string,
  annotations: readonly CheckAnnotation[],
  { app, client }: FixEnvironment,
): Promise<CheckAnnotation[]> {
  if (annotations.length === 0) return [];
  const runs = await client.listCheckRuns(headSha);
  const own = runs.find(({ externalId, appId }) => externalId === reportMark(headSha) && appId === app.appId);
  if (!own || own.annotationsCount === 0) return [...annotations];
  const there = new Set((await client.listAnnotations(own.id)).map(placeOf));
  return annotations.filter((annotation) => !there.has(placeOf(annotation)));
}

function placeOf({ path, startLine, message }: CheckAnnotation): string {
  return JSON.stringify([path, startLine, message]);
}

/** Everything about a head that is worth telling: the newest diagnosis of each check, unless it is silent. */
async function itemsOf(pullRequest: PullRequestRecord, environment: FixEnvironment): Promise<ReportItem[]> {
  const { store } = environment;
  const { repositoryId, headSha, number } = pullRequest;
  const records = await store.diagnoses.listByHead(repositoryId, headSha);
  const attempts = (await store.fixAttempts.listByPullRequest(repositoryId, number)).filter(
    (attempt) => attempt.headSha === headSha,
  );
  const items: ReportItem[] = [];
  for (const record of newestByCheck(records)) {
    const check = await store.checkRuns.find(record.checkRunId);
    const tries = triesOf(record, records, attempts);
    const offer = offerOf(tries);
    const attempt = offer ? null : tellingOne(tries);
    const maker = { appSlug: check?.appSlug ?? null };
    const decided = await judge(record, maker, pullRequest, environment, (offer ?? attempt)?.id ?? null);
    const verdict: Verdict = offer ? { ...decided, action: 'offer', reason: whereOffered(offer) } : decided;
    if (attempt || verdict.action !== 'silent') {
      items.push({ checkName: record.checkName, diagnosis: record.diagnosis, verdict, attempt });
    }
  }
  return items;
}

/** Tries for a diagnosis, newest first; checks that fail for the same cause share them. */
function triesOf(
  { fingerprint }: DiagnosisRecord,
  records: readonly DiagnosisRecord[],
  attempts: readonly FixAttemptRecord[],
): FixAttemptRecord[] {
  const same = new Set(
    records.filter((record) => record.fingerprint === fingerprint).map((record) => record.checkRunId),
  );
  return attempts.filter(({ checkRunId }) => checkRunId !== null && same.has(checkRunId));
}

/** Strategies whose effect mends; the others propose, and a person takes it or not. */
const MENDING: readonly string[] = ['apply_patch', 'rerun_failed_jobs'];

/** The way in which a patch was proposed, where nothing mends. */
function offerOf(tries: readonly FixAttemptRecord[]): FixAttemptRecord | null {
  const done = tries.filter(({ status }) => status === 'applied');
  if (done.some(({ strategy }) => MENDING.includes(strategy))) return null;
  return done[0] ?? null;
}

function whereOffered({ strategy, result }: FixAttemptRecord): string {
  if (strategy === 'suggest_change') return 'the changes are suggested in a review of this pull request';
  if (strategy === 'open_pull_request') return `pull request ${result} holds it`;
  return 'the base, which has the cure, was merged into the branch';
}

/** Of the tries without a proposal the effect; else what GitHub refused first; else the newest. */
function tellingOne(tries: readonly FixAttemptRecord[]): FixAttemptRecord | null {
  const done = tries.find(({ status }) => status === 'applied' || status === 'planned');
  return done ?? tries.findLast(({ status }) => status === 'failed') ?? tries[0] ?? null;
}

function newestByCheck(records: readonly DiagnosisRecord[]): DiagnosisRecord[] {
  const newest = new Map<string, DiagnosisRecord>();
  for (const record of records) {
    const known = newest.get(record.checkName);
    if (!known || known.createdAt <= record.createdAt) newest.set(record.checkName, record);
  }
  return [...newest.values()];
}
