import type { Command } from '@commander-js/extra-typings';
import { systemClock } from '../clock.ts';
import { PermanentError, ValidationError } from '../errors.ts';
import { PRMonitorMessage } from '../messages/pr-monitor-message.ts';
import { QUEUES } from '../messages/queues.ts';
import type { State } from '../service/state.ts';
import type { RepositoryRecord } from '../store/types.ts';
import { withState } from './state.ts';

/** What a person asks for comes before what events bring. */
const PRIORITY_DELTA = 10;

/** `checkmend reconcile OWNER/REPO`: has one repository looked at now. */
export function registerReconcile(program: Command): void {
  program
    .command('reconcile')
    .description('look at all open pull requests of a repository now, and queue what was missed')
    .argument('<repository>', 'OWNER/REPO')
    .action(async (name) => {
      const [owner = '', repo = '', ...rest] = name.split('/');
      if (!owner || !repo || rest.length > 0)
        throw new ValidationError('', `"${name}" is not a repository: write OWNER/REPO`);
      await withState(async (state) => {
        await send(await find(state, owner, repo), state);
      });
      process.stdout.write(`${name} will be looked at\n`);
    });
}

/** Names are compared as GitHub compares them. */
async function find({ store }: State, owner: string, repo: string): Promise<RepositoryRecord> {
  const wanted = `${owner}/${repo}`.toLowerCase();
  const all = (await store.installations.list()).flatMap(({ repositories }) => repositories);
  const found = all.find((it) => `${it.owner}/${it.name}`.toLowerCase() === wanted);
  if (!found) throw new PermanentError('not_found', `the App is not installed on ${owner}/${repo}`);
  return found;
}

async function send({ id, installationId, owner, name }: RepositoryRecord, { queues }: State): Promise<void> {
  const now = systemClock.now();
  const target = { installation_id: installationId, repository_id: id, owner, repo: name };
  const message = new PRMonitorMessage(
    { ...target, head_sha: null, force_refresh: true },
    { timestamp: now, correlationId: `reconcile-${now}`, priorityDelta: PRIORITY_DELTA, sentAt: now },
  );
  await queues.sendMessage(QUEUES.prMonitor, message.toWorkerMessage());
}
