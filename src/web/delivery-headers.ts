import type { IncomingHttpHeaders } from 'node:http';

/** Headers that say what a delivery is. */
export interface DeliveryHeaders {
  event: string;
  guid: string;
}

/** Headers that are kept with a delivery: facts about it, nothing secret. */
const KEPT = [
  'content-type',
  'user-agent',
  'x-github-delivery',
  'x-github-enterprise-host',
  'x-github-event',
  'x-github-hook-id',
  'x-github-hook-installation-target-id',
  'x-github-hook-installation-target-type',
];

/** An event name is a word; a delivery id is any non-empty text, not always a guid. */
const EVENT = /^[a-z0-9_]{1,64}$/;
const GUID = /^[\x21-\x7e]{1,128}$/;

/** The event and delivery headers, or what is wrong with them. */
export function readDeliveryHeaders(headers: IncomingHttpHeaders): DeliveryHeaders | { problem: string } {
  const event = headers['x-github-event'];
  const guid = headers['x-github-delivery'];
  if (typeof event !== 'string' || !EVENT.test(event))
    return { problem: 'x-github-event is missing or no event name' };
  if (typeof guid !== 'string' || !GUID.test(guid))
    return { problem: 'x-github-delivery is missing or no delivery id' };
  return { event, guid };
}

/** The headers worth keeping. */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    KEPT.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}
