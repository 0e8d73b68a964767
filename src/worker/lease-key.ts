import type { Lease } from '../queue/types.ts';

/** Tells leases apart, also two of one message. */
export function keyOf({ token, id }: Lease): string {
  return `${token}:${id}`;
}
