import { emitterEventNames } from '@octokit/webhooks';

const NAMES: ReadonlySet<string> = new Set(emitterEventNames.map((name) => name.split('.')[0] ?? name));

/** Whether GitHub documents an event of this name. */
export function isDocumentedEvent(event: string): boolean {
  return NAMES.has(event);
}
