import assert from 'node:assert/strict';
import { analyzeLog } from '../../src/analysis/analyze.ts';

/** Longest time of the processor for one input, in milliseconds, and for each MB of it: other work does not count. */
const TIME_LIMIT_MS = 250;
const TIME_LIMIT_MS_PER_MB = 250;

const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@$/;

/** Whatever a log holds: no throw, no time over the bound, a well-formed diagnosis, no patch outside the tree. */
export async function checkLog(log: Buffer): Promise<{ patch: string | null; ms: number }> {
  const startedAt = process.cpuUsage();
  const diagnosis = await analyzeLog(log);
  const { user, system } = process.cpuUsage(startedAt);
  const ms = (user + system) / 1000;
  assert.ok(ms < TIME_LIMIT_MS + (TIME_LIMIT_MS_PER_MB * log.length) / 1e6, `took ${Math.round(ms)} ms`);
  const { stats, evidence, root_cause, confidence, patch } = diagnosis;
  assert.equal(stats.bytes, log.length);
  assert.ok(evidence.length <= 20 && confidence >= 0 && confidence <= 1);
  for (const { line } of [...evidence, ...(root_cause ? [root_cause] : [])])
    assert.ok(line >= 1 && line <= stats.lines, `line ${line} of ${stats.lines}`);
  for (const { path } of [...diagnosis.diagnostics, ...diagnosis.failed_tests])
    if (path !== null) checkPath(path);
  if (patch !== null) checkPatch(patch);
  return { patch, ms };
}

function checkPath(path: string): void {
  const parts = path.split('/');
  assert.ok(path !== '' && !path.startsWith('/') && !/^[A-Za-z]:/.test(path), `absolute: ${path}`);
  assert.ok(!parts.includes('..') && !parts.includes('.') && !parts.includes(''), `not plain: ${path}`);
}

/** Each name inside the tree and none protected; each hunk with as many lines as it says. */
function checkPatch(patch: string): void {
  assert.ok(patch.endsWith('\n'));
  const left = { before: 0, after: 0 };
  for (const line of patch.slice(0, -1).split('\n')) {
    const hunk = HUNK.exec(line);
    if (left.before > 0 || left.after > 0 || line.startsWith('\\')) {
      assert.match(line, /^[ +\-\\]/);
      if (/^[ -]/.test(line)) left.before -= 1;
      if (/^[ +]/.test(line)) left.after -= 1;
      assert.ok(left.before >= 0 && left.after >= 0, 'a hunk does not add up');
    } else if (hunk) {
      left.before = Number(hunk[1] ?? 1);
      left.after = Number(hunk[2] ?? 1);
    } else checkHeader(line);
  }
  assert.deepEqual(left, { before: 0, after: 0 }, 'a hunk is cut off');
}

function checkHeader(line: string): void {
  if (/^(?:diff --git |(?:new|deleted) file mode 100644$|(?:---|\+\+\+) \/dev\/null$)/.test(line)) return;
  if (/^index [0-9a-f]+\.\.[0-9a-f]+(?: 100644| 100755)?$/.test(line)) return;
  const name = /^(?:--- a|\+\+\+ b)\/(.+)$/.exec(line)?.[1];
  assert.ok(name !== undefined, `no header: ${line}`);
  checkPath(name);
  assert.doesNotMatch(name, /^\.git(?:hub)?\/|(?:^|\/)codeowners$/i);
}
