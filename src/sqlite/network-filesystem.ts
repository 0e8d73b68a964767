import { statfsSync } from 'node:fs';
import { DatabaseError } from './errors.ts';

/** Linux magic numbers of network file systems, from statfs(2). */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
]);

/**
 * Refuses directories on network file systems, where WAL's shared memory does not work
 * (https://www.sqlite.org/wal.html, "all processes using a database must be on the same host computer").
 * Type numbers are Linux's; elsewhere nothing is refused.
 */
export function assertLocalFilesystem(directory: string): void {
  if (process.platform !== 'linux') return;
  const name = networkFilesystem(statfsSync(directory).type);
  if (!name) return;
  throw new DatabaseError(
    'network_filesystem',
    `${directory} is on ${name}: put the database on a local disk, or use Redis and Postgres`,
  );
}

/** Name of the network file system with this statfs type, or `undefined` for any other. */
export function networkFilesystem(type: number): string | undefined {
  return NETWORK_TYPES.get(type >>> 0);
}
