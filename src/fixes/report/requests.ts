import { BUTTON_LABELS, buttonVerb } from '../../messages/request-verbs.ts';
import type { PersonRequestRecord } from '../../store/person-requests.ts';
import { escapeText, inlineCode } from './markdown.ts';

/** Requests that a report tells of. */
const REQUESTS_MAX = 5;

/** Who asked for what, and what was answered, newest first; null when nobody did. */
export function requestSection(requests: readonly PersonRequestRecord[]): string | null {
  if (requests.length === 0) return null;
  const lines = requests
    .slice(0, REQUESTS_MAX)
    .map(
      (request) =>
        `- ${inlineCode(request.requestedBy)}: **${askedFor(request)}**. ${escapeText(request.answer)}`,
    );
  return ['### What people asked for', lines.join('\n')].join('\n\n');
}

/** What stands on the button, or the command. */
export function askedFor({ verb, source }: Pick<PersonRequestRecord, 'verb' | 'source'>): string {
  if (source === 'command') return `/checkmend ${verb}`;
  const button = buttonVerb(verb);
  return button ? BUTTON_LABELS[button] : 'Re-run of this report';
}
