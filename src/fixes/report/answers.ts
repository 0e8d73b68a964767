import type { PersonRequestRecord } from '../../store/person-requests.ts';
import type { PullRequestRecord, Store, TimelineEntry } from '../../store/types.ts';
import type { JudgeEnvironment } from '../judge.ts';
import { formatTimelineEntry } from '../timeline-line.ts';
import type { Answered } from './comment.ts';
import { itemSection } from './compose.ts';
import { gatherItems } from './gather.ts';
import { escapeText, fence } from './markdown.ts';

/** Bytes of a timeline in a comment: its newest lines. */
const TIMELINE_MAX_BYTES = 40_000;

/** Commands that are answered in words whatever comes of them; others are where they are refused. */
const WORDED: ReadonlySet<string> = new Set(['explain', 'why', 'help']);

/** The answer to the newest command on a pull request that needs words, or null. */
export async function answerOf(
  pullRequest: PullRequestRecord,
  environment: JudgeEnvironment,
): Promise<Answered | null> {
  const { repositoryId, number } = pullRequest;
  const requests = await environment.store.personRequests.listByPullRequest(repositoryId, number);
  const request = requests.find(needsWords);
  if (!request) return null;
  return { request, sections: await sectionsOf(request, pullRequest, environment) };
}

/** Those who may not give commands get a reaction, and no words: a stranger makes nobody write. */
function needsWords({ source, verb, rule }: PersonRequestRecord): boolean {
  if (source !== 'command' || rule === 'person.no_write_access') return false;
  return rule !== null || WORDED.has(verb);
}

async function sectionsOf(
  request: PersonRequestRecord,
  pullRequest: PullRequestRecord,
  environment: JudgeEnvironment,
): Promise<string[]> {
  if (request.verb === 'help') return [HELP];
  if (request.rule !== null) return [`${escapeText(request.answer)} (rule \`${request.rule}\`).`];
  if (request.verb === 'why')
    return [timelineSection(await timelineUntil(request, pullRequest, environment.store))];
  const asked = { ...pullRequest, headSha: request.headSha };
  const items = await gatherItems(asked, environment, { silent: true });
  const short = request.headSha.slice(0, 7);
  return items.length > 0 ? items.map(itemSection) : [`No failed check of \`${short}\` is known.`];
}

const HELP = `That is no command. These are, for people with write access:

- \`/checkmend fix\`: commit the patches of the head
- \`/checkmend rerun\`: run the failed jobs again
- \`/checkmend explain\`: say why the checks failed, and what was decided
- \`/checkmend why\`: show every event, verdict, rule and action
- \`/checkmend pause\`, \`/checkmend resume\`: stop, and take up, all work on this pull request`;

/** Everything up to the question: what comes later is no part of its answer. */
async function timelineUntil(
  { at }: PersonRequestRecord,
  { owner, repo, number }: PullRequestRecord,
  { timeline }: Pick<Store, 'timeline'>,
): Promise<TimelineEntry[]> {
  const entries: TimelineEntry[] = [];
  for (let afterId = 0; ; ) {
    const part = await timeline.list({ owner, repo, prNumber: number }, { afterId });
    const last = part.at(-1);
    if (!last) return entries;
    entries.push(...part.filter((entry) => entry.at <= at));
    afterId = last.id;
  }
}

function timelineSection(entries: readonly TimelineEntry[]): string {
  const kept: string[] = [];
  let room = TIMELINE_MAX_BYTES;
  for (const entry of entries.toReversed()) {
    const line = formatTimelineEntry(entry);
    room -= Buffer.byteLength(line) + 1;
    if (room < 0) break;
    kept.unshift(line);
  }
  const older = entries.length - kept.length;
  const summary = older > 0 ? `The timeline, without its ${older} oldest lines` : 'The timeline';
  return `<details><summary>${summary}</summary>\n\n${fence(kept.join('\n'))}\n\n</details>`;
}
