import type { ReviewComment } from '../../github/proposals.ts';
import type { BlobInfo, PullRequestInfo } from '../../github/types.ts';
import { companionsOf } from '../companions.ts';
import { type Patch, pathOf } from '../patch/types.ts';
import { pathsToRead } from '../patched-files.ts';
import { readBlobs, recordOf, tryPatch } from '../prepare-commit.ts';
import type { FixEnvironment, FixJob, Refused } from '../strategy.ts';
import { commentableRanges, type LineRange } from './diff-ranges.ts';
import { fitToDiff } from './fit.ts';
import { type LineChange, lineChanges } from './line-change.ts';
import { SUGGESTIONS_MAX, suggestionOf } from './review.ts';

/** What a review is made of. */
export interface Suggestions {
  readonly comments: readonly ReviewComment[];
  /** Ids of the fixes that are in it, the job's own first. */
  readonly fixIds: readonly string[];
  readonly checkNames: readonly string[];
  /** Changes that no suggestion can show. */
  readonly dropped: number;
}

/** The suggestions of a fix and of its companions, as far as they lie in the diff and do not overlap. */
export async function gatherSuggestions(
  patch: Patch,
  pullRequest: PullRequestInfo,
  job: FixJob,
  environment: FixEnvironment,
): Promise<Suggestions | Refused> {
  const { client, store } = environment;
  const own = await recordOf(pullRequest, job, environment);
  const companions = own ? await companionsOf(job, own, environment) : [];
  const patches = [patch, ...companions.map((companion) => companion.patch)];
  const blobs = await readBlobs([...new Set(patches.flatMap(pathsToRead))], pullRequest, environment);
  const applied = tryPatch(patch, blobs);
  if ('kind' in applied) return applied;
  const ranges = commentableRanges(await client.listPullRequestFiles(pullRequest.number));
  const known = await store.diagnoses.find(job.payload.check_run_id);
  let { changes, dropped } = suggest(patch, blobs, ranges);
  const fixIds = [job.id];
  const checkNames = [known?.checkName ?? ''];
  for (const companion of changes.length > 0 ? companions : []) {
    if ('kind' in tryPatch(companion.patch, blobs)) continue;
    const more = suggest(companion.patch, blobs, ranges);
    const added = more.changes.filter((change) => !changes.some((other) => isSame(change, other)));
    const clash = added.some((change) => changes.some((other) => overlap(change, other)));
    if (more.changes.length === 0 || clash) continue;
    changes = [...changes, ...added];
    dropped += more.dropped;
    fixIds.push(companion.fixId);
    checkNames.push(companion.record.checkName);
  }
  const comments = changes.map(suggestionOf).filter((comment) => comment !== null);
  const shown = comments.slice(0, SUGGESTIONS_MAX);
  return { comments: shown, fixIds, checkNames, dropped: dropped + changes.length - shown.length };
}

function suggest(
  patch: Patch,
  blobs: readonly BlobInfo[],
  ranges: ReadonlyMap<string, readonly LineRange[]>,
): { changes: LineChange[]; dropped: number } {
  const all: LineChange[] = [];
  let dropped = 0;
  for (const file of patch) {
    const content = blobs.find(({ path }) => path === pathOf(file))?.content;
    const changes = content ? lineChanges(content, file) : null;
    if (!content || !changes) {
      dropped += 1;
      continue;
    }
    const head = content.toString('utf8').split('\n');
    const fitted = fitToDiff(changes, ranges.get(pathOf(file)) ?? [], head);
    all.push(...fitted.changes);
    dropped += fitted.dropped;
  }
  return { changes: all, dropped };
}

function isSame(one: LineChange, other: LineChange): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function overlap(one: LineChange, other: LineChange): boolean {
  return one.path === other.path && one.from <= other.to && other.from <= one.to;
}
