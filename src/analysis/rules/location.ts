import type { Extract } from './rule.ts';

/** A place as the groups of a match give it; empty texts are what the tool does not say. */
export function location(
  path = '',
  line = '',
  column = '',
  code = '',
  message = '',
): Required<Pick<Extract, 'diagnostic'>> {
  return {
    diagnostic: {
      path,
      line: line ? Number(line) : null,
      column: column ? Number(column) : null,
      severity: 'error',
      code: code || null,
      message,
    },
  };
}
