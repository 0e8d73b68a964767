import { at, isObject, type Json, objectsOf } from '../wire.ts';

const TEXT_LIMIT = 65_535;
const ANNOTATIONS_LIMIT = 50;
const ACTIONS_LIMIT = 3;
const ACTION_LIMITS = { label: 20, description: 40, identifier: 20 } as const;

/**
 * What GitHub would refuse about a check run with 422, or null.
 * Source: https://docs.github.com/rest/checks/runs#create-a-check-run
 */
export function checkRunProblem(body: Json): string | null {
  const output = at(body, 'output');
  const annotations = objectsOf(output.annotations);
  const actions = objectsOf(body.actions);
  if (isObject(body.output) && typeof output.title !== 'string') return 'output.title is required';
  for (const field of ['summary', 'text']) {
    if (String(output[field] ?? '').length > TEXT_LIMIT) return `${field}: only 65535 characters are allowed`;
  }
  if (annotations.length > ANNOTATIONS_LIMIT) return 'No more than 50 annotations are allowed per request';
  if (annotations.some((annotation) => !linesFit(annotation))) return 'Annotation is malformed';
  if (actions.length > ACTIONS_LIMIT) return 'No more than 3 actions are allowed';
  for (const action of actions) {
    for (const [field, limit] of Object.entries(ACTION_LIMITS)) {
      const value = action[field];
      if (typeof value !== 'string' || value === '' || value.length > limit)
        return `actions.${field} is invalid`;
    }
  }
  return null;
}

function linesFit(annotation: Json): boolean {
  const { path, message, start_line: from, end_line: to } = annotation;
  const sameLine = from === to || (annotation.start_column ?? annotation.end_column ?? null) === null;
  return typeof path === 'string' && typeof message === 'string' && Number(from) <= Number(to) && sameLine;
}
