import { permissionOf } from '../../github/permissions.ts';
import type { CheckAnnotation, CheckRunReport } from '../../github/types.ts';
import type { PullRequestRecord } from '../../store/types.ts';
import { whyNotHead } from '../head.ts';
import { composeReport } from '../report/compose.ts';
import { type CommentDraft, draftComment } from '../report/draft-comment.ts';
import { gatherItems } from '../report/gather.ts';
import { writeComment } from '../report/write-comment.ts';
import { type FixEnvironment, type FixStrategy, refused } from '../strategy.ts';
import { recordProblem } from '../timeline.ts';
import { uselessInARow } from '../verified.ts';

/** Name of our own check run. */
export const REPORT_NAME = 'Checkmend';

/** `external_id` of our own check run on a head: its mark. */
export function reportMark(headSha: string): string {
  return `checkmend-report-${headSha}`;
}

/** What is to be written: the check run of a head, and our comment on its pull request. */
interface Draft {
  readonly checkRun: CheckRunReport | null;
  readonly comment: CommentDraft | null;
  readonly pullRequest: PullRequestRecord;
}

/**
 * Writes one check run on the head sha that tells of all its failed checks, and at most one comment on the pull
 * request. Written again they are the same with newer text: the mark of the one is its `external_id`, that of the
 * other is in it, hidden.
 */
export const report: FixStrategy<null, Draft> = {
  name: 'report',
  permission: permissionOf('report'),

  async plan() {
    return { kind: 'planned', plan: null, digest: '', reverseDigest: null };
  },

  async preflight(_plan, job, environment) {
    const { repository_id, pr_number, head_sha } = job.payload;
    const { client, store } = environment;
    const info = await client.getPullRequest(pr_number);
    if (!info) return refused('pull_request.gone', 'the pull request is not there any more');
    const known = await store.pullRequests.find(repository_id, pr_number);
    if (!known) return refused('pull_request.unknown', 'the pull request is not known');
    const pullRequest = { ...known, headSha: info.headSha, state: info.state };
    const attempts = await store.fixAttempts.listByPullRequest(repository_id, pr_number);
    const mended = attempts.some(({ headSha, status }) => headSha === head_sha && status === 'applied');
    // Our own commit moves the head too: then the old head still gets to hear what was done.
    const why = mended ? null : whyNotHead(info, job);
    // Who asks why on a pull request that is closed gets an answer.
    if (why && why.refusal.rule !== 'pull_request.closed') return why;
    const checkRun = why ? null : await draftCheckRun(head_sha, pullRequest, environment);
    const comment = await draftComment(pullRequest, environment);
    if (checkRun || comment) return { kind: 'go', ready: { checkRun, comment, pullRequest } };
    return why ?? refused('report.nothing', 'there is nothing to report');
  },

  async apply({ checkRun, comment, pullRequest }, job, environment) {
    const id = checkRun ? await environment.client.upsertCheckRun(checkRun) : '';
    if (comment) {
      const problem = await writeComment(comment.text, pullRequest, environment);
      if (problem !== null) await recordProblem(job, `the comment was not written: ${problem}`, environment);
    }
    const message = checkRun ? `reported: ${checkRun.title}` : 'brought the comment up to date';
    return { kind: 'applied', result: id, message };
  },

  async verify() {
    return null;
  },
};

/** The check run of a head, or null where nothing about it is worth telling. */
async function draftCheckRun(
  headSha: string,
  pullRequest: PullRequestRecord,
  environment: FixEnvironment,
): Promise<CheckRunReport | null> {
  const { store, policyProblems } = environment;
  const items = await gatherItems({ ...pullRequest, headSha }, environment);
  if (items.length === 0) return null;
  const { repositoryId, number } = pullRequest;
  const all = await store.personRequests.listByPullRequest(repositoryId, number);
  const attempts = await store.fixAttempts.listByPullRequest(repositoryId, number);
  const requests = all.filter((request) => request.headSha === headSha);
  const { title, summary, text, annotations, conclusion, actions } = composeReport(
    items,
    policyProblems,
    requests,
    uselessInARow(attempts),
  );
  return {
    name: REPORT_NAME,
    headSha,
    externalId: reportMark(headSha),
    status: 'completed',
    conclusion,
    // Nothing can be done about a head that is none any more.
    actions: headSha === pullRequest.headSha ? actions : [],
    title,
    summary,
    annotations: await newAnnotations(headSha, annotations, environment),
    ...(text !== '' && { text }),
  };
}

/** GitHub adds the annotations of an update to those that are there: only new ones are sent. */
async function newAnnotations(
  headSha: string,
  annotations: readonly CheckAnnotation[],
  { app, client }: FixEnvironment,
): Promise<CheckAnnotation[]> {
  if (annotations.length === 0) return [];
  const runs = await client.listCheckRuns(headSha, REPORT_NAME);
  const own = runs.find(({ externalId, appId }) => externalId === reportMark(headSha) && appId === app.appId);
  if (!own || own.annotationsCount === 0) return [...annotations];
  const there = new Set((await client.listAnnotations(own.id)).map(placeOf));
  return annotations.filter((annotation) => !there.has(placeOf(annotation)));
}

function placeOf({ path, startLine, message }: CheckAnnotation): string {
  return JSON.stringify([path, startLine, message]);
}
