import { z } from 'zod';
import type { RepositoryApi } from './api.ts';
import { annotation, checkRun, checkRunList } from './schemas.ts';
import { truncateUtf8 } from './truncate.ts';
import type { CheckAnnotation, CheckRunInfo, CheckRunReport } from './types.ts';

/** GitHub's limits on a check run. Source: REST API, "Checks / Runs". */
const TEXT_LIMIT_BYTES = 65_535;
const TITLE_LIMIT = 255;
const ANNOTATION_MESSAGE_LIMIT_BYTES = 64 * 1024;
const ANNOTATIONS_PER_REQUEST = 50;
const ANNOTATIONS_LIMIT = 200;
const ACTION_LIMITS = { label: 20, description: 40, identifier: 20 } as const;

export async function getCheckRun(api: RepositoryApi, id: string): Promise<CheckRunInfo | null> {
  const found = await api.find(checkRun, 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}', {
    check_run_id: id,
  });
  return found && infoOf(api, found);
}

export async function listCheckRuns(api: RepositoryApi, sha: string, name?: string): Promise<CheckRunInfo[]> {
  const route = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
  const where = { ref: sha, ...(name !== undefined && { check_name: name }) };
  return (await api.list(checkRunList, (page) => page.check_runs, route, where)).map((run) =>
    infoOf(api, run),
  );
}

export async function listAnnotations(api: RepositoryApi, checkRunId: string): Promise<CheckAnnotation[]> {
  const route = 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations';
  const found = await api.list(z.array(annotation), (page) => page, route, { check_run_id: checkRunId });
  return found.map((it) => ({
    path: it.path,
    startLine: it.start_line,
    endLine: it.end_line,
    level: it.annotation_level,
    message: it.message ?? '',
    title: it.title,
  }));
}

/** Creates the run, or updates the one with the same `externalId`; annotations are appended 50 a request. */
export async function upsertCheckRun(api: RepositoryApi, report: CheckRunReport): Promise<string> {
  const existing = await findOwnRun(api, report);
  const annotations = (report.annotations ?? []).slice(0, ANNOTATIONS_LIMIT);
  const first = annotations.slice(0, ANNOTATIONS_PER_REQUEST);
  const created = z.object({ id: z.union([z.int(), z.string()]).transform(String) });
  const { id } = existing
    ? await api.request(created, 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
        check_run_id: existing.id,
        ...bodyOf(report, first),
      })
    : await api.request(created, 'POST /repos/{owner}/{repo}/check-runs', {
        head_sha: report.headSha,
        ...bodyOf(report, first),
      });
  for (let from = ANNOTATIONS_PER_REQUEST; from < annotations.length; from += ANNOTATIONS_PER_REQUEST) {
    const next = annotations.slice(from, from + ANNOTATIONS_PER_REQUEST);
    await api.raw('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
      check_run_id: id,
      ...bodyOf(report, next),
    });
  }
  return id;
}

/** Of the App's own runs only: another App's run of that name cannot be updated. */
async function findOwnRun(
  api: RepositoryApi,
  { name, headSha, externalId }: CheckRunReport,
): Promise<CheckRunInfo | undefined> {
  const route = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
  const where = { ref: headSha, check_name: name, app_id: Number(api.appId), filter: 'all' };
  const runs = await api.list(checkRunList, (page) => page.check_runs, route, where);
  return runs
    .map((run) => infoOf(api, run))
    .find((run) => run.externalId === externalId && run.name === name && run.appId === api.appId);
}

function bodyOf(report: CheckRunReport, annotations: readonly CheckAnnotation[]): object {
  return {
    name: report.name,
    external_id: report.externalId,
    status: report.status,
    ...(report.conclusion && { conclusion: report.conclusion }),
    output: {
      title: cut(report.title, TITLE_LIMIT) || report.name,
      summary: truncateUtf8(report.summary, TEXT_LIMIT_BYTES),
      ...(report.text !== undefined && { text: truncateUtf8(report.text, TEXT_LIMIT_BYTES) }),
      annotations: annotations.map((it) => ({
        path: it.path,
        // GitHub refuses the whole request for one line that cannot be.
        start_line: Math.max(1, it.startLine),
        end_line: Math.max(1, it.startLine, it.endLine),
        annotation_level: it.level,
        message: truncateUtf8(it.message, ANNOTATION_MESSAGE_LIMIT_BYTES) || report.name,
        ...(it.title && { title: cut(it.title, TITLE_LIMIT) }),
      })),
    },
    ...(report.actions && { actions: report.actions.slice(0, 3).map(actionOf) }),
  };
}

function actionOf(action: NonNullable<CheckRunReport['actions']>[number]): object {
  return {
    label: cut(action.label, ACTION_LIMITS.label),
    description: cut(action.description, ACTION_LIMITS.description),
    identifier: cut(action.identifier, ACTION_LIMITS.identifier),
  };
}

function isOf({ owner, repo }: RepositoryApi, url: string): boolean {
  return url.toLowerCase().includes(`/repos/${owner}/${repo}/pulls/`.toLowerCase());
}

/** Counted in UTF-16 units, never through the middle of a character. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const splits = (text.codePointAt(limit - 1) ?? 0) > 0xffff;
  return text.slice(0, splits ? limit - 1 : limit);
}

export function infoOf(api: RepositoryApi, run: z.output<typeof checkRun>): CheckRunInfo {
  return {
    id: run.id,
    name: run.name,
    headSha: run.head_sha,
    status: run.status,
    conclusion: run.conclusion,
    appSlug: run.app?.slug ?? null,
    appId: run.app?.id ?? null,
    suiteId: run.check_suite?.id ?? null,
    detailsUrl: run.details_url,
    outputTitle: run.output.title,
    outputSummary: run.output.summary,
    outputText: run.output.text,
    annotationsCount: run.output.annotations_count,
    externalId: run.external_id,
    // GitHub also lists pull requests of other repositories that have this head, e.g. the other way between forks.
    pullRequestNumbers: run.pull_requests
      .filter(({ url }) => url === null || isOf(api, url))
      .map(({ number }) => number),
    startedAt: run.started_at,
    completedAt: run.completed_at,
  };
}
