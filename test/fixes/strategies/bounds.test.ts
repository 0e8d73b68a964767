import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../../src/errors.ts';
import { packUpdate } from '../../../src/fixes/fix-content.ts';
import type { RepositoryClient } from '../../../src/github/types.ts';
import type { PersonRequestPayload } from '../../../src/messages/payloads.ts';
import { ask } from '../../workers/person-support.ts';
import { analyse, deadLetters, later } from '../support/drain.ts';
import { BEFORE, createWorld, diagnosisOf, FIX_POLICY, PATCH, type World } from '../support/world.ts';
import { apply, DIFF } from './support.ts';

const DAY_MS = 24 * 3_600_000;
/** A policy is taken as known for a minute. */
const POLICY_MS = 61_000;
const WRITES = ['createCommit', 'createBranch', 'openPullRequest', 'createReview', 'updateBranch'] as const;
const QUIET: readonly string[] = ['off', 'shadow', 'broken'];

const KINDS = [
  'push',
  'fail',
  'fail',
  'ask',
  'update',
  'mode',
  'fork',
  'protect',
  'diff',
  'lost answer',
  'force back',
  'wait',
  'close',
  'reopen',
  'button',
  'button',
  'command',
  'command',
  'stranger',
] as const;
const BUTTONS = ['fix', 'rerun', 'ignore', 'evaluate'] as const;
const COMMANDS = ['fix', 'rerun', 'explain', 'pause', 'resume', 'why', 'help', 'resume'] as const;
const event = fc.record({ kind: fc.constantFrom(...KINDS), n: fc.nat({ max: 7 }) });
type Event = { kind: (typeof KINDS)[number]; n: number };

/** A write of ours: when, on which branch, on top of what, and whether it was allowed at all then. */
interface Deed {
  at: number;
  branch: string;
  parent: string | undefined;
  mode: string;
  /** Was the pull request paused then? */
  paused: boolean;
}

/** The pull request, what may happen to it, and what we did about it. */
class Play {
  readonly world: World;
  readonly commits: Deed[] = [];
  /** Heads of runs that were run again. */
  readonly reruns: { at: number; sha: string }[] = [];
  readonly reviews: { at: number; sha: string; head: string | undefined; mode: string }[] = [];
  #comments = 0;
  mode = 'fix';
  isProtected = false;

  constructor(world: World) {
    this.world = world;
    world.github.policyFile = FIX_POLICY;
    world.github.permissions.set('ann', 'write');
    world.github.files.set(5, [{ path: 'app.py', status: 'modified', patch: DIFF }]);
    this.#watch();
  }

  get head(): string {
    return this.world.github.branches.get('topic') ?? this.world.head;
  }

  async happen({ kind, n }: Event): Promise<void> {
    const { world } = this;
    const { github } = world;
    if (kind === 'push')
      github.push('topic', { 'app.py': BEFORE, [`f${n}.py`]: String(github.commits.size) });
    if (kind === 'fail') await this.#fail(n);
    if (kind === 'ask') {
      await apply(world, 'apply_patch', patchOf(n), { headSha: this.head, requestedBy: 'ann' });
    }
    if (kind === 'update') await this.#update();
    if (kind === 'mode')
      await this.#setMode(['fix', 'suggest', 'fix', 'shadow', 'fix', 'off', 'fix', 'broken'][n] ?? 'fix');
    if (kind === 'fork') this.#setPull({ fork: n % 2 === 0, maintainerCanModify: n % 4 === 0 });
    if (kind === 'protect') this.isProtected = n % 2 === 0;
    if (kind === 'diff') {
      github.files.set(5, n % 2 === 0 ? [] : [{ path: 'app.py', status: 'modified', patch: DIFF }]);
    }
    if (kind === 'lost answer') this.#loseAnswer(WRITES[n % WRITES.length] ?? 'createCommit');
    if (kind === 'force back') {
      // A commit whose answer was lost and that a person then removed cannot be told from one that never was.
      await later(world, POLICY_MS);
      github.branches.set('topic', world.head);
    }
    if (kind === 'wait') await later(world, n * 3_600_000);
    if (kind === 'button')
      await this.#ask({ verb: BUTTONS[n % BUTTONS.length] ?? 'fix', head_sha: this.head });
    if (kind === 'command') await this.#command({ verb: COMMANDS[n] ?? 'fix' });
    if (kind === 'stranger') {
      const wish = { verb: COMMANDS[n] ?? 'fix', requested_by: 'stranger' };
      await (n % 2 === 0 ? this.#command(wish) : this.#ask({ ...wish, head_sha: this.head }));
    }
    if (kind === 'close') this.#setPull({ state: 'closed' });
    if (kind === 'reopen') this.#setPull({ state: 'open' });
  }

  async #fail(n: number): Promise<void> {
    this.world.diagnoses.set(`check ${n}`, diagnosisOf({ patch: patchOf(n), fingerprint: `f${n}` }));
    const headSha = this.head;
    const message = this.world.failedCheck(`check ${n}`, { headSha });
    await analyse(this.world, { ...message, payload: { ...message.payload, head_sha: headSha } });
  }

  async #ask(wish: Partial<PersonRequestPayload>): Promise<void> {
    const { runs, jobs } = this.world.github;
    const ended = { id: '500', runAttempt: 1, createdAt: this.world.clock.now() };
    const known = runs.get('500') ?? ended;
    runs.set('500', { ...known, status: 'completed', conclusion: 'failure', headSha: this.head });
    for (const [id, job] of jobs) jobs.set(id, { ...job, runAttempt: known.runAttempt });
    await ask(this.world, wish);
  }

  async #command(wish: Partial<PersonRequestPayload>): Promise<void> {
    const comment_id = String(1000 + this.#comments++);
    await this.#ask({ head_sha: null, check_run_id: null, comment_id, ...wish });
  }

  async #update(): Promise<void> {
    const { github } = this.world;
    const baseSha = github.push('main', { [`base${github.commits.size}.py`]: '1' });
    this.world.failedCheck('format', { headSha: baseSha, conclusion: 'success' });
    const content = packUpdate({ baseSha, checkName: 'format' });
    await apply(this.world, 'update_branch', content, { headSha: this.head });
  }

  async #setMode(mode: string): Promise<void> {
    const rest = 'quiet_period: 0s\nwait_for_suite: false\n';
    this.world.github.policyFile = mode === 'broken' ? 'mod: fix\n' : `mode: ${mode}\n${rest}`;
    await later(this.world, POLICY_MS);
    this.mode = mode;
  }

  #setPull(changes: object): void {
    const known = this.world.github.pullRequests.get(5);
    if (known) this.world.github.pullRequests.set(5, { ...known, ...changes });
  }

  #loseAnswer(method: keyof RepositoryClient): void {
    let left = 1;
    this.world.github.fault = (called, moment) => {
      if (called !== method || moment !== 'after' || left-- <= 0) return;
      throw new TransientError('network', 'connection reset');
    };
  }

  /** Notes every commit and review as it takes effect, whatever its answer. */
  #watch(): void {
    const { github, clock } = this.world;
    const { createCommit, updateBranch, createReview, rerunFailedJobs } = github;
    const noting = async <Value>(branch: string, act: () => Promise<Value>): Promise<Value> => {
      const parent = github.branches.get(branch);
      const paused = (await this.world.store.control.paused(['pr:3:5'])).length > 0;
      try {
        return await act();
      } finally {
        if (github.branches.get(branch) !== parent) {
          this.commits.push({ at: clock.now(), branch, parent, mode: this.mode, paused });
        }
      }
    };
    github.createCommit = (request) =>
      this.isProtected && request.branch === 'topic'
        ? Promise.reject(new PermanentError('forbidden', 'protected branch'))
        : noting(request.branch, () => createCommit(request));
    github.updateBranch = (number, sha) => noting('topic', () => updateBranch(number, sha));
    github.rerunFailedJobs = async (id) => {
      await rerunFailedJobs(id);
      this.reruns.push({ at: clock.now(), sha: github.runs.get(id)?.headSha ?? '' });
    };
    github.createReview = async (request) => {
      const count = github.reviews.length;
      try {
        return await createReview(request);
      } finally {
        if (github.reviews.length > count) {
          this.reviews.push({ at: clock.now(), sha: request.commitSha, head: this.head, mode: this.mode });
        }
      }
    };
  }
}

function patchOf(n: number): string {
  return PATCH.replace('+y = [1, 2]', `+y = [1, 2]  # ${n}`);
}

function mostInADay(deeds: readonly { at: number }[]): number {
  return Math.max(
    0,
    ...deeds.map(({ at }) => deeds.filter((it) => it.at >= at && it.at < at + DAY_MS).length),
  );
}

/** Five pushes, with a different failure each, and a base that is ahead: commits of every kind. */
function busyDay(kinds: readonly Event['kind'][]): Event[] {
  return [1, 3, 5, 7].flatMap((n) => kinds.map((kind) => ({ kind, n })));
}

const FIX_BUTTON: Event = { kind: 'button', n: 0 };
const FIX_COMMAND: Event = { kind: 'command', n: 0 };

test('no sequence of events leads to a fourth commit a day, or to a write elsewhere', async () => {
  const most = { commits: 0, reruns: 0 };
  const branches = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 6, maxLength: 18 }), async (events) => {
      const world = await createWorld();
      try {
        const play = new Play(world);
        for (const one of events) await play.happen(one);
        await later(world, POLICY_MS);
        most.commits = Math.max(most.commits, mostInADay(play.commits));
        expect(mostInADay(play.commits)).toBeLessThanOrEqual(3);
        expect(mostInADay(play.reruns)).toBeLessThanOrEqual(10);
        const heads = play.reruns.map(({ sha }) => sha);
        expect(
          Math.max(0, ...heads.map((sha) => heads.filter((it) => it === sha).length)),
        ).toBeLessThanOrEqual(3);
        expect(world.github.comments.length).toBeLessThanOrEqual(1);
        most.reruns = Math.max(most.reruns, play.reruns.length);
        for (const { branch, mode, paused } of play.commits) {
          expect(paused).toBe(false);
          branches.add(branch.replace(/-\w+$/, ''));
          expect(branch).toMatch(/^(?:topic|checkmend\/pr-5-[0-9a-f]{16})$/);
          expect(QUIET).not.toContain(mode);
        }
        expect(new Set(play.commits.map(({ parent }) => parent)).size).toBe(play.commits.length);
        expect(mostInADay(play.reviews)).toBeLessThanOrEqual(5);
        expect(new Set(play.reviews.map(({ sha }) => sha)).size).toBe(play.reviews.length);
        for (const { sha, head, mode } of play.reviews) {
          expect(sha).toBe(head);
          expect(QUIET).not.toContain(mode);
        }
        expect(await deadLetters(world)).toEqual([]);
      } finally {
        await world.close();
      }
    }),
    {
      numRuns: 25,
      examples: [
        [busyDay(['push', 'fail'])],
        [busyDay(['push', 'ask', 'update'])],
        [[{ kind: 'protect', n: 0 }, { kind: 'diff', n: 0 }, ...busyDay(['push', 'fail'])]],
        [[{ kind: 'diff', n: 0 }, ...busyDay(['lost answer', 'push', 'fail'])]],
        [
          [
            { kind: 'mode', n: 1 },
            ...busyDay(['push', 'fail']).flatMap((one) => [one, FIX_BUTTON, FIX_COMMAND]),
          ],
        ],
        [
          [1, 2, 3, 4, 5, 6].flatMap(() => [
            { kind: 'fail' as const, n: 1 },
            { kind: 'command' as const, n: 1 },
          ]),
        ],
        [[{ kind: 'fail', n: 1 }, { kind: 'command', n: 3 }, ...busyDay(['push', 'fail']), FIX_BUTTON]],
      ],
    },
  );
  expect(most.commits).toBe(3);
  expect(most.reruns).toBeGreaterThan(1);
  expect([...branches].sort()).toEqual(['checkmend/pr-5', 'topic']);
}, 60_000);
