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
  return found && infoOf(found);
}

export async function listCheckRuns(api: RepositoryApi, sha: string): Promise<CheckRunInfo[]> {
  const route = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
  return (await api.list(checkRunList, (page) => page.check_runs, route, { ref: sha })).map(infoOf);
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
  const existing = (await listCheckRuns(api, report.headSha)).find(
    (run) => run.externalId === report.externalId && run.name === report.name,
  );
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

function bodyOf(report: CheckRunReport, annotations: readonly CheckAnnotation[]): object {
  return {
    name: report.name,
    external_id: report.externalId,
    status: report.status,
    ...(report.conclusion && { conclusion: report.conclusion }),
    output: {
      title: report.title.slice(0, TITLE_LIMIT),
      summary: truncateUtf8(report.summary, TEXT_LIMIT_BYTES),
      ...(report.text !== undefined && { text: truncateUtf8(report.text, TEXT_LIMIT_BYTES) }),
      annotations: annotations.map((it) => ({
        path: it.path,
        start_line: it.startLine,
        end_line: it.endLine,
        annotation_level: it.level,
        message: truncateUtf8(it.message, ANNOTATION_MESSAGE_LIMIT_BYTES),
        ...(it.title !== null && { title: it.title.slice(0, TITLE_LIMIT) }),
      })),
    },
    ...(report.actions && { actions: report.actions.slice(0, 3).map(actionOf) }),
  };
}

function actionOf(action: NonNullable<CheckRunReport['actions']>[number]): object {
  return {
    label: action.label.slice(0, ACTION_LIMITS.label),
    description: action.description.slice(0, ACTION_LIMITS.description),
    identifier: action.identifier.slice(0, ACTION_LIMITS.identifier),
  };
}

function infoOf(run: z.output<typeof checkRun>): CheckRunInfo {
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
    pullRequestNumbers: run.pull_requests.map((pull) => pull.number),
    startedAt: run.started_at,
    completedAt: run.completed_at,
  };
}
