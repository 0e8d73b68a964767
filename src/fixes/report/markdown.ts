import { redactSecrets } from '../../logger.ts';

/**
 * Text from outside as prose: one line, no mark-up, no mentions, no references, no links of its own, secrets
 * redacted.
 */
export function escapeText(text: string): string {
  return redactHidden(text)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .replace(/[\\`*_{}[\]()<>#+!|~&$:^=-]/g, '\\$&')
    .replace(/@(?=\w)/g, '@\u200b')
    .replace(/\\#(?=\d)/g, '\\#\u200b')
    .replace(/\bGH\\-(?=\d)/gi, '$&\u200b')
    .replace(/\bwww\./gi, '$&\u200b');
}

/** Text from outside as inline code: one line that no backtick in it can end. */
export function inlineCode(text: string): string {
  const clean = redactHidden(text)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  if (clean === '') return '` `';
  const ticks = '`'.repeat(longestRun(clean) + 1);
  const pad = clean.startsWith('`') || clean.endsWith('`') ? ' ' : '';
  return `${ticks}${pad}${clean}${pad}${ticks}`;
}

/**
 * Text from outside as a block of code that no line of it can end, secrets redacted.
 * @param language info string, e.g. `diff`
 */
export function fence(text: string, language = 'text'): string {
  const clean = redactHidden(text).replace(/(?![\n\t])\p{Cc}/gu, '');
  const ticks = '`'.repeat(Math.max(3, longestRun(clean) + 1));
  return `${ticks}${language}\n${clean}${clean.endsWith('\n') ? '' : '\n'}${ticks}`;
}

/** Redacts secrets, also those that nothing but what a page leaves out or does not show takes apart. */
export function redactHidden(text: string): string {
  const shown = text.replace(/(?!\s)[\p{Cc}\p{Cf}]/gu, '');
  const clean = redactSecrets(shown);
  return clean === shown ? redactSecrets(text) : clean;
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}

/** The start of `text` that fits `maxBytes` of UTF-8, with a mark when something was cut. */
export function cutBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const mark = '…';
  const room = Math.max(0, maxBytes - Buffer.byteLength(mark));
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(room));
  return `${text.slice(0, read)}${mark}`;
}
