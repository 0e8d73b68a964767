import type { FilePatch } from './types.ts';

/**
 * Logs lose carriage returns. Where every line of the file ends in CRLF and no line of the patch holds one,
 * the patch is taken to mean CRLF throughout; else it is left as it is.
 */
export function matchLineEndings(content: Buffer, file: FilePatch): FilePatch {
  const text = content.toString('latin1');
  const newlines = text.split('\n').length - 1;
  if (newlines === 0 || newlines !== text.split('\r\n').length - 1) return file;
  const lines = file.hunks.flatMap((hunk) => hunk.lines);
  if (lines.some((line) => line.text.includes('\r'))) return file;
  return {
    ...file,
    hunks: file.hunks.map((hunk) => ({
      ...hunk,
      lines: hunk.lines.map((line) => ({ ...line, text: line.text.replace(/\n$/, '\r\n') })),
    })),
  };
}
