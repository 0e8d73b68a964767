import { stripVTControlCharacters } from 'node:util';
import type { TimelineEntry } from '../store/types.ts';

/** One line for a person: time, kind, sentence, and the rule that decided. */
export function formatTimelineEntry(entry: TimelineEntry): string {
  const time = new Date(entry.at).toISOString().replace('T', ' ').slice(0, 19);
  const rule = entry.rule ? `  [${entry.rule}]` : '';
  const sha = entry.headSha ? `${entry.headSha.slice(0, 7)}  ` : '';
  return `${time}  ${entry.kind.padEnd(9)}  ${sha}${printable(entry.message)}${rule}`;
}

/** Text from outside on one line, without anything that could steer a terminal. */
export function printable(text: string): string {
  return Array.from(stripVTControlCharacters(text), (character) =>
    isControl(character) ? ' ' : character,
  ).join('');
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (
    code < 0x20 ||
    (code >= 0x7f && code < 0xa0) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}
