import { checkPayload } from '../events/checked.ts';
import { EVENT_SHAPES } from '../events/payloads.ts';
import type { JsonObject } from '../messages/json.ts';
import { validationErrorOf } from '../messages/message-serializer.ts';

/** A body that fits its event's name. */
export interface EventBody {
  payload: JsonObject;
  action: string | null;
  installationId: string | null;
  repositoryId: string | null;
}

/**
 * Fields by which the body of another event is told that would pass for one: the signature covers the body only,
 * so a recorded body could be sent under another name.
 */
const FOREIGN_FIELDS = new Map<string, readonly string[]>(
  Object.entries({
    pull_request: ['review', 'comment', 'thread'],
    check_run: ['deployment', 'deployment_status'],
    check_suite: ['check_run'],
    installation: ['repositories_added', 'repositories_removed'],
    issue_comment: ['pull_request', 'review'],
    workflow_run: ['deployment', 'deployment_status', 'workflow_job_run', 'workflow_job_runs'],
  }),
);

/** Events of which the body describes the installation, and not only names it. */
const INSTALLATION_EVENTS: ReadonlySet<string> = new Set(['installation', 'installation_repositories']);

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The payload of an event, or what is wrong with the body. */
export function readEventBody(event: string, body: Buffer): EventBody | { problem: string } {
  const payload = parseObject(body);
  if (!payload) return { problem: 'the body is not a JSON object' };
  const shape = Object.hasOwn(EVENT_SHAPES, event) ? EVENT_SHAPES[event] : undefined;
  const result = shape && checkPayload(shape, payload);
  if (result && !result.success)
    return { problem: `not a body of ${event}: ${validationErrorOf(result.error).message}` };
  const foreign = FOREIGN_FIELDS.get(event)?.find((field) => Object.hasOwn(payload, field));
  if (foreign) return { problem: `not a body of ${event}: it has the field ${foreign}` };
  if (INSTALLATION_EVENTS.has(event) && !isWholeInstallation(payload.installation)) {
    return { problem: `not a body of ${event}: it tells nothing of the installation but its id` };
  }
  return {
    payload,
    action: typeof payload.action === 'string' ? payload.action.slice(0, 64) : null,
    installationId: idOf(payload.installation),
    repositoryId: idOf(payload.repository),
  };
}

/**
 * Bodies of every event name the installation that they are for, by id; only its own events describe it. Without
 * this, any body with the action `deleted` would pass for the removal of the installation.
 */
function isWholeInstallation(installation: unknown): boolean {
  return typeof installation === 'object' && installation !== null && Object.hasOwn(installation, 'account');
}

function parseObject(body: Buffer): JsonObject | null {
  try {
    const value: unknown = JSON.parse(UTF8.decode(body));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null;
  }
}

function idOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  const { id } = value;
  const isNumber = typeof id === 'number' && Number.isSafeInteger(id) && id >= 0;
  return isNumber || (typeof id === 'string' && /^\d{1,20}$/.test(id)) ? String(id) : null;
}
