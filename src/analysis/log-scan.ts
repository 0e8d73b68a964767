import { fingerprintOf } from './fingerprint.ts';
import { choosePatch, type ProvenPatch } from './patches/choose.ts';
import { DIALECT_TEXTS, DialectReaders } from './patches/index.ts';
import { RepositoryPaths } from './paths.ts';
import { type BlockVisitor, LineBlocks } from './reader/line-blocks.ts';
import { LineScanner, type LineVisitor, Needles } from './reader/line-scanner.ts';
import { LogTail } from './reader/log-tail.ts';
import { type Finding, RuleEngine, saysSomething } from './rules/engine.ts';
import { RULES } from './rules/index.ts';
import { RuleIndex } from './rules/rule-index.ts';
import type { AnalysisOptions, Diagnosis } from './types.ts';

/** Confidence of a patch that its tool's own words prove. */
const PATCH_CONFIDENCE = 0.97;

const RULE_INDEX = new RuleIndex(RULES);

/** Texts of lines that are looked at: first those of the rules, then those of the dialects. */
const NEEDLES = new Needles([...RULE_INDEX.texts, ...DIALECT_TEXTS]);

/** One pass over one log: lines that may say something are cleaned once and shown to the dialects and the rules. */
export class LogScan {
  readonly #blocks = new LineBlocks();
  readonly #tail = new LogTail();
  readonly #dialects: DialectReaders;
  readonly #rules: RuleEngine;
  readonly #scanner: LineScanner;

  constructor(options: AnalysisOptions) {
    const paths = new RepositoryPaths(options.roots);
    this.#dialects = new DialectReaders(paths);
    this.#rules = new RuleEngine(RULE_INDEX, paths);
    this.#scanner = new LineScanner(NEEDLES, this.#visitLine);
  }

  push(chunk: Uint8Array): void {
    this.#blocks.push(chunk, this.#visitBlock);
  }

  end(): Diagnosis {
    this.#blocks.end(this.#visitBlock);
    // What a job printed that passed is nothing that has to be changed.
    const patch = this.#rules.jobPassed ? null : choosePatch(this.#dialects.end());
    const { lines } = this.#scanner;
    const finding = this.#rules.end(() => {
      const last = this.#tail.findLast(saysSomething);
      return last && { line: lines - last.back, text: last.text };
    });
    // A diff is what a check ended with unless something more consequential came after it.
    const diagnosis =
      patch && !(finding.overridesPatch && finding.line > patch.cause.line)
        ? ofPatch(patch)
        : ofFinding(finding);
    return { ...diagnosis, stats: { lines, bytes: this.#blocks.bytes } };
  }

  readonly #visitBlock: BlockVisitor = (block, cut) => {
    this.#scanner.scan(block, cut);
    this.#tail.push(block);
  };

  readonly #visitLine: LineVisitor = (line, found) => {
    if (this.#dialects.active || found.some((index) => index >= RULE_INDEX.texts.length))
      this.#dialects.push(line);
    this.#rules.push(line, found);
    // A diff, and what follows a cause, is read line by line; most other lines are passed over.
    this.#scanner.everyLine = this.#dialects.active || this.#rules.active;
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
