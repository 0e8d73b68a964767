import { permissionOf } from '../../github/permissions.ts';
import type { CheckAnnotation, CheckRunReport } from '../../github/types.ts';
import { whyNotHead } from '../head.ts';
import { composeReport } from '../report/compose.ts';
import { gatherItems } from '../report/gather.ts';
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
    const items = await gatherItems({ ...known, headSha: head_sha }, environment);
    if (items.length === 0) return refused('report.nothing', 'there is nothing to report');
    const requests = await environment.store.personRequests.listByPullRequest(repository_id, pr_number);
    const { title, summary, text, annotations, conclusion, actions } = composeReport(
      items,
      policyProblems,
      requests.filter((request) => request.headSha === head_sha),
    );
    const ready: CheckRunReport = {
      name: REPORT_NAME,
      headSha: head_sha,
      externalId: reportMark(head_sha),
      status: 'completed',
      conclusion,
      actions,
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
