import type { DiagnosisRecord, FixAttemptRecord, PullRequestRecord } from '../../store/types.ts';
import type { Verdict } from '../decide.ts';
import { type JudgeEnvironment, judge } from '../judge.ts';
import { isClosedWay, ruleOf } from '../ladder.ts';
import type { ReportItem } from './item.ts';

/**
 * Everything about a head that is worth telling: the newest diagnosis of each check, unless it is silent.
 * @param silent with those that are silent, for somebody who asks
 */
export async function gatherItems(
  pullRequest: PullRequestRecord,
  environment: JudgeEnvironment,
  { silent = false }: { silent?: boolean } = {},
): Promise<ReportItem[]> {
  const { store } = environment;
  const { repositoryId, headSha, number } = pullRequest;
  const records = await store.diagnoses.listByHead(repositoryId, headSha);
  const asked = (await store.personRequests.listByPullRequest(repositoryId, number)).filter(
    (request) => request.headSha === headSha && request.rule === null,
  );
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
    if (!silent && !attempt && verdict.action === 'silent' && verdict.rule !== 'ignored') continue;
    const verb = attempt?.strategy === 'apply_patch' ? 'fix' : 'rerun';
    const wish = decided.action === 'apply' ? undefined : asked.find((request) => request.verb === verb);
    items.push({
      checkName: record.checkName,
      appSlug: maker.appSlug,
      diagnosis: record.diagnosis,
      verdict,
      attempt,
      askedBy: wish?.requestedBy ?? null,
      leftToPeople: isLeftToPeople(decided, tries, offer),
    });
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

/** Refusals after which a patch is still good, and a person can take it. */
const STILL_GOOD: ReadonlySet<string> = new Set([
  'stack.untrusted_fork',
  'stack.branch_taken',
  'limit.one_per_head',
  'limit.commits_per_day',
  'suggest.limit_per_day',
]);

/** A patch that was shown and nothing more; one whose ways are all closed; one that waits to be merged. */
function isLeftToPeople(
  { action, strategy }: Verdict,
  tries: readonly FixAttemptRecord[],
  offer: FixAttemptRecord | null,
): boolean {
  if (offer) return offer.strategy === 'open_pull_request';
  const [newest] = tries;
  if (!newest) return action === 'offer' && strategy === 'report';
  if (newest.status !== 'dropped' && newest.status !== 'failed') return false;
  const rule = ruleOf(newest) ?? '';
  return STILL_GOOD.has(rule) || isClosedWay(newest.strategy, rule);
}

/** Strategies whose effect mends; the others propose, and a person takes it or not. */
const MENDING: readonly string[] = ['apply_patch', 'rerun_failed_jobs', 'update_branch'];

/** The way in which a patch was proposed, where nothing mends. */
function offerOf(tries: readonly FixAttemptRecord[]): FixAttemptRecord | null {
  const done = tries.filter(({ status }) => status === 'applied');
  if (done.some(({ strategy }) => MENDING.includes(strategy))) return null;
  return done[0] ?? null;
}

function whereOffered({ strategy, result }: FixAttemptRecord): string {
  if (strategy === 'suggest_change') return 'the changes are suggested in a review of this pull request';
  return `pull request ${result} holds it`;
}

/** Of the tries without a proposal the effect; else what GitHub refused first; else the newest. */
function tellingOne(tries: readonly FixAttemptRecord[]): FixAttemptRecord | null {
  const done = tries.find(({ status }) => status === 'applied' || status === 'planned');
  return done ?? tries.findLast(({ status }) => status === 'failed') ?? tries[0] ?? null;
}

/** Of several diagnoses of one check the newest. */
export function newestByCheck(records: readonly DiagnosisRecord[]): DiagnosisRecord[] {
  const newest = new Map<string, DiagnosisRecord>();
  for (const record of records) {
    const known = newest.get(record.checkName);
    if (!known || known.createdAt <= record.createdAt) newest.set(record.checkName, record);
  }
  return [...newest.values()];
}
