import { installationEvent } from '../src/events/payloads.ts';
import { type Handler, nothing } from './handler.ts';
import { repositoryRecords } from './listed-repositories.ts';

/** `installation`: the list of installations and their repositories; everything of one that is deleted goes. */
export const installationHandler: Handler<typeof installationEvent> = {
  name: 'installation',
  schema: installationEvent,
  async apply({ action, installation, repositories }, { store: { installations } }) {
    const { id, account } = installation;
    if (action === 'deleted') return await installations.remove(id);
    await installations.upsert({ id, account, suspended: action === 'suspend' });
    await installations.addRepositories(repositoryRecords(id, repositories));
  },
  decide: ({ action }) => nothing(`installation_${action}`),
};
