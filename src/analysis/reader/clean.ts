/** A line without what the CI system and the terminal added. */
export interface CleanLine {
  /** 1-based, of the log as given. */
  line: number;
  /** Text with leading and trailing spaces kept: a diff needs them. */
  text: string;
  cut: boolean;
}

/** `2026-11-02T09:14:07.0000000Z ` at the start of every line of an Actions job log. */
const ACTIONS_TIME = /^(?:\ufeff|\xef\xbb\xbf)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z ?/;

/** `job<TAB>step<TAB>time text`, as `gh run view --log` prints it. */
const GH_PREFIX = /^[^\t]{1,200}\t[^\t]{1,200}\t(?=(?:\ufeff|\xef\xbb\xbf)?\d{4}-\d\d-\d\dT)/;

/** GitLab's `2026-01-01T00:00:00.000000Z 00O ` and Buildkite's `_bk;t=123`. */
const GITLAB_STREAM = /^\d{2}[EO][+ ]/;
const BUILDKITE_TIME = /\x1b_bk;t=\d{1,16}\x07|^_bk;t=\d{1,16}/g;

/** CSI and OSC sequences, charset selections and single escapes; also colours printed as text: `^[[31m`. */
const ESCAPES =
  /\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b]{0,512}(?:\x07|\x1b\\)|\x1b[ -/]{1,4}[0-~]|\x1b[@-Z\\-_=>]|\^\[\[[0-9;]{0,16}[mK]/g;

/** Control characters but the tab. */
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/g;

const BYTE_ORDER_MARK = /^(?:\ufeff|\xef\xbb\xbf)/;

/** Cleans the text of one line, given as it is or as its bytes read as Latin-1. */
export function cleanText(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\r') end -= 1;
  let clean = text.slice(0, end);
  if (clean.includes('\t')) clean = clean.replace(GH_PREFIX, '');
  const timed = clean.replace(ACTIONS_TIME, '');
  clean = timed === clean ? clean : timed.replace(GITLAB_STREAM, '');
  clean = clean.replace(BYTE_ORDER_MARK, '');
  if (clean.includes('\x1b') || clean.includes('^[[') || clean.startsWith('_bk;')) {
    if (clean.includes('_bk;')) clean = clean.replace(BUILDKITE_TIME, '');
    clean = clean.replace(ESCAPES, '');
  }
  // A progress bar draws over itself: what stands last is what a person saw.
  const redrawn = clean.lastIndexOf('\r');
  if (redrawn !== -1) clean = clean.slice(redrawn + 1);
  return clean.replace(CONTROLS, '');
}
