import { printable } from '../printable.ts';
import type { TimelineEntry } from '../store/types.ts';

/** One line for a person: time, kind, sentence, and the rule that decided. */
export function formatTimelineEntry(entry: TimelineEntry): string {
  const time = new Date(entry.at).toISOString().replace('T', ' ').slice(0, 19);
  const rule = entry.rule ? `  [${entry.rule}]` : '';
  const sha = entry.headSha ? `${entry.headSha.slice(0, 7)}  ` : '';
  return `${time}  ${entry.kind.padEnd(9)}  ${sha}${printable(entry.message)}${rule}`;
}
