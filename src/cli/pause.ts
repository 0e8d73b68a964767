import type { Command } from '@commander-js/extra-typings';
import { systemClock } from '../clock.ts';
import { PermanentError } from '../errors.ts';
import { QUEUES } from '../messages/queues.ts';
import type { State } from '../service/state.ts';
import type { Store } from '../store/types.ts';
import { withState } from './state.ts';
import {
  type PullRequestName,
  parsePullRequestName,
  parseRepositoryName,
  type RepositoryName,
} from './target.ts';

type Verb = 'pause' | 'resume';

const DESCRIPTIONS: Readonly<Record<Verb, string>> = {
  pause:
    'the kill switch: stop all work, or that on one repository or pull request; deliveries are still kept',
  resume: 'take the work up again; what was decided meanwhile is decided again when a check fails',
};

/** `checkmend pause` and `checkmend resume`, of everything (`--all`), a repository, or a pull request. */
export function registerPause(program: Command): void {
  for (const verb of ['pause', 'resume'] as const) {
    program
      .command(verb)
      .description(DESCRIPTIONS[verb])
      .argument('[target]', 'OWNER/REPO or OWNER/REPO#NUMBER')
      .option('--all', 'every queue, in every process')
      .action(async (target, { all = false }, command) => {
        if (all === (target !== undefined)) {
          command.error('error: name either --all, or OWNER/REPO, or OWNER/REPO#NUMBER');
        }
        await withState((state) =>
          target === undefined ? switchAll(verb, state) : switchOne(verb, target, state),
        );
      });
  }
}

async function switchAll(verb: Verb, { queues }: State): Promise<void> {
  for (const queue of Object.values(QUEUES)) await queues[verb](queue);
  process.stdout.write(
    verb === 'pause' ? 'paused: nothing is started until "checkmend resume --all"\n' : 'resumed\n',
  );
}

async function switchOne(verb: Verb, target: string, { store }: State): Promise<void> {
  const scope = target.includes('#')
    ? await pullRequestScope(parsePullRequestName(target), store)
    : await repositoryScope(parseRepositoryName(target), store);
  if (scope === null) throw new PermanentError('not_found', `nothing is known of ${target}`);
  await store.control.setPaused(scope, verb === 'pause', 'command line', systemClock.now());
  process.stdout.write(
    verb === 'pause'
      ? `paused: nothing is written to ${target} until "checkmend resume ${target}"\n`
      : `resumed ${target}\n`,
  );
}

async function pullRequestScope(name: PullRequestName, { pullRequests }: Store): Promise<string | null> {
  const known = await pullRequests.findByName(name.owner, name.repo, name.number);
  return known && `pr:${known.repositoryId}:${known.number}`;
}

/** Names are compared as GitHub does: without case. */
async function repositoryScope(
  name: RepositoryName,
  { installations, timeline }: Store,
): Promise<string | null> {
  const wanted = `${name.owner}/${name.repo}`.toLowerCase();
  const repositories = (await installations.list()).flatMap((it) => it.repositories);
  const listed = repositories.find((it) => `${it.owner}/${it.name}`.toLowerCase() === wanted);
  // An App that was installed before the service ran is known by what has happened since.
  const id = listed?.id ?? (await timeline.list(name, { limit: 1 }))[0]?.repositoryId;
  return id === undefined ? null : `repo:${id}`;
}
