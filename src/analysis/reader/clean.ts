/** A line without what the CI system and the terminal added. */
export interface CleanLine {
  /** 1-based, of the log as given. */
  line: number;
  /** Text with leading and trailing spaces kept: a diff needs them. */
  text: string;
  cut: boolean;
}

/** `2026-11-02T09:14:07.0000000Z ` at the start of every line of an Actions job log. */
const ACTIONS_TIME = /^\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z ?/;

/** `job<TAB>step<TAB>time text`, as `gh run view --log` prints it. */
const GH_PREFIX = /^[^\t]{1,200}\t[^\t]{1,200}\t(?=\ufeff?\d{4}-\d\d-\d\dT)/;

/** GitLab's `2026-01-01T00:00:00.000000Z 00O ` and Buildkite's `_bk;t=123`. */
const GITLAB_STREAM = /^\d{2}[EO][+ ]/;
const BUILDKITE_TIME = /\x1b_bk;t=\d{1,16}\x07|^_bk;t=\d{1,16}/g;

/** CSI and OSC sequences, charset selections and single escapes; also colours printed as text: `^[[31m`. */
const ESCAPES =
  /\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b]{0,512}(?:\x07|\x1b\\)|\x1b[ -/]{1,4}[0-~]|\x1b[@-Z\\-_=>]|\^\[\[[0-9;]{0,16}[mK]/g;

/** Control characters but the tab. */
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/g;

/** Cleans one line; the number stays that of the log as given. */
export function cleanLine({ line, text, cut }: CleanLine): CleanLine {
  let clean = text.endsWith('\r') ? text.slice(0, -1) : text;
  if (clean.includes('\t')) clean = clean.replace(GH_PREFIX, '');
  const first = clean.charCodeAt(0);
  if ((first >= 0x30 && first <= 0x39) || first === 0xfeff) {
    const timed = clean.replace(ACTIONS_TIME, '');
    clean = timed === clean ? clean : timed.replace(GITLAB_STREAM, '');
  }
  if (clean.charCodeAt(0) === 0xfeff) clean = clean.slice(1);
  if (clean.includes('\x1b') || clean.includes('^[[') || clean.startsWith('_bk;')) {
    clean = clean.replace(BUILDKITE_TIME, '').replace(ESCAPES, '');
  }
  // A progress bar draws over itself: what stands last is what a person saw.
  const redrawn = clean.lastIndexOf('\r');
  if (redrawn !== -1) clean = clean.slice(redrawn + 1);
  return { line, text: clean.replace(CONTROLS, ''), cut };
}
