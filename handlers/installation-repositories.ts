import { installationRepositoriesEvent } from '../src/events/payloads.ts';
import { type Handler, nothing } from './handler.ts';
import { repositoryRecords } from './listed-repositories.ts';

/** `installation_repositories`: the list is kept; data of repositories that were removed is deleted. */
export const installationRepositoriesHandler: Handler<typeof installationRepositoriesEvent> = {
  name: 'installation_repositories',
  schema: installationRepositoriesEvent,
  async apply({ installation, repositories_added, repositories_removed }, { store: { installations } }) {
    const { id, account } = installation;
    await installations.upsert({ id, account, suspended: false });
    await installations.addRepositories(repositoryRecords(id, repositories_added));
    await installations.removeRepositories(
      id,
      repositories_removed.map((repository) => repository.id),
    );
  },
  decide: ({ action }) => nothing(`repositories_${action}`),
};
