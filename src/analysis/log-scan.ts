import { fingerprintOf } from './fingerprint.ts';
import { choosePatch, type ProvenPatch } from './patches/choose.ts';
import type { Dialect } from './patches/dialect.ts';
import { createDialects } from './patches/index.ts';
import { RepositoryPaths } from './paths.ts';
import { type CleanLine, cleanLine } from './reader/clean.ts';
import { LogLines, type RawLine } from './reader/log-lines.ts';
import { type Finding, RuleEngine } from './rules/engine.ts';
import { RULES } from './rules/index.ts';
import type { AnalysisOptions, Diagnosis } from './types.ts';

/** Confidence of a patch that its tool's own words prove. */
const PATCH_CONFIDENCE = 0.97;

/** One pass over one log: lines are cleaned once and shown to the dialects and the rules. */
export class LogScan {
  readonly #lines = new LogLines();
  readonly #dialects: Dialect[];
  readonly #rules: RuleEngine;

  constructor(options: AnalysisOptions) {
    const paths = new RepositoryPaths(options.roots);
    this.#dialects = createDialects(paths);
    this.#rules = new RuleEngine(RULES, paths);
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk, this.#visit);
  }

  end(): Diagnosis {
    this.#lines.end(this.#visit);
    const patch = choosePatch(this.#dialects.map((dialect) => dialect.end()));
    const finding = this.#rules.end();
    // A diff is what a check ended with unless something more consequential came after it.
    const diagnosis =
      patch && !(finding.overridesPatch && finding.line > patch.cause.line)
        ? ofPatch(patch)
        : ofFinding(finding);
    return { ...diagnosis, stats: this.#lines.stats };
  }

  readonly #visit = (raw: RawLine): void => {
    const line: CleanLine = cleanLine(raw);
    for (const dialect of this.#dialects) dialect.push(line);
    this.#rules.push(line);
  };
}

type WithoutStats = Omit<Diagnosis, 'stats'>;

function ofPatch({ tool, files, patch, cause }: ProvenPatch): WithoutStats {
  const names = [...new Set(files.map((file) => file.path ?? 'a file outside the repository'))];
  const some = names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
  return {
    category: 'format',
    confidence: PATCH_CONFIDENCE,
    tool,
    summary: tool === 'git diff' ? `The job would change ${some}` : `${tool} would reformat ${some}`,
    root_cause: cause,
    evidence: [cause],
    diagnostics: files.flatMap(({ path, hunks }) =>
      path === null
        ? []
        : [
            {
              path,
              line: hunks[0]?.oldStart ?? null,
              column: null,
              severity: 'error' as const,
              code: null,
              message: `${tool} would change this file`,
            },
          ],
    ),
    failed_tests: [],
    patch,
    recommendation: patch === null ? 'run_fixer' : 'apply_patch',
    transient: false,
    // The files and the hunks' places are the commit's, not the cause's: the tool is.
    fingerprint: fingerprintOf('format', tool, names),
  };
}

function ofFinding(finding: Finding): WithoutStats {
  const { category, confidence, tool, summary, root_cause, evidence, diagnostics, failed_tests, transient } =
    finding;
  return {
    category,
    confidence,
    tool,
    summary,
    root_cause,
    evidence,
    diagnostics,
    failed_tests,
    patch: null,
    recommendation: transient ? 'rerun_failed_jobs' : category === 'format' ? 'run_fixer' : 'report',
    transient,
    fingerprint: fingerprintOf(category, tool, root_cause ? [root_cause.text] : []),
  };
}
