import type { RepositoryRecord } from '../src/store/types.ts';

/** Repositories as installation events list them, as the store keeps them. */
export function repositoryRecords(
  installationId: string,
  repositories: readonly { id: string; name: string; full_name: string; private: boolean }[],
): RepositoryRecord[] {
  return repositories.map(({ id, name, full_name, private: isPrivate }) => ({
    id,
    installationId,
    owner: full_name.split('/')[0] ?? '',
    name,
    private: isPrivate,
  }));
}
