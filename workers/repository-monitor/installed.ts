import { PermanentError } from '../../src/errors.ts';
import type { Installations } from '../../src/github/installations.ts';
import type { Logger } from '../../src/logger.ts';
import type { RepositoryRecord, Store } from '../../src/store/types.ts';
import type { Allowance } from './allowance.ts';

type Parts = { store: Pick<Store, 'installations'>; installations: Installations; logger: Logger };

/** Refusals after which the store's own list is used: a server without the route, or a token without the right. */
const NO_LIST: readonly string[] = ['not_found', 'forbidden', 'gone'];

/** Brings the list of installations to the truth, events lost or not; answers those that are not suspended. */
export async function refreshInstallations({
  store,
  installations,
  logger,
}: Parts): Promise<{ id: string }[]> {
  // The store first: what an event adds meanwhile is not taken for removed.
  const known = await store.installations.list();
  const listed = await installations.list().catch((error: unknown) => whyNoList(error, logger));
  if (!listed) return known.filter(({ suspended }) => !suspended);
  const ids = new Set(listed.map(({ id }) => id));
  for (const { id } of known) {
    if (ids.has(id)) continue;
    logger.warn({ installationId: id }, 'GitHub knows the installation no more; its data is removed');
    await store.installations.remove(id);
  }
  for (const installation of listed) await store.installations.upsert(installation);
  return listed.filter(({ suspended }) => !suspended);
}

/** Brings the list of an installation's repositories to the truth; answers it, by id. */
export async function refreshRepositories(
  installationId: string,
  allowance: Allowance,
  { store, installations, logger }: Parts,
): Promise<RepositoryRecord[]> {
  const known = await repositoriesOf(installationId, store);
  const listing = await installations
    .repositories(installationId)
    .catch((error: unknown) => whyNoList(error, logger));
  allowance.spend(listing ?? { requests: 1, charged: 1 });
  if (!listing) return known;
  const listed = listing.entries;
  const ids = new Set(listed.map(({ id }) => id));
  const removed = known.filter(({ id }) => !ids.has(id)).map(({ id }) => id);
  if (removed.length > 0) {
    logger.warn({ installationId, repositories: removed }, 'repositories were removed; so is their data');
    await store.installations.removeRepositories(installationId, removed);
  }
  await store.installations.addRepositories(listed.map((it) => ({ ...it, installationId })));
  return await repositoriesOf(installationId, store);
}

async function repositoriesOf(
  installationId: string,
  store: Pick<Store, 'installations'>,
): Promise<RepositoryRecord[]> {
  const all = await store.installations.list();
  const found = all.find(({ id }) => id === installationId)?.repositories ?? [];
  return found.toSorted((a, b) => Number(a.id) - Number(b.id));
}

function whyNoList(error: unknown, logger: Logger): null {
  if (!(error instanceof PermanentError) || !NO_LIST.includes(error.code)) throw error;
  logger.warn({ err: error }, 'GitHub gives no list; the one of the store is used');
  return null;
}
