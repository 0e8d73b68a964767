import type { Command } from '@commander-js/extra-typings';
import { analyzeLog } from '../analysis/analyze.ts';
import { CheckmendError } from '../errors.ts';
import { formatDiagnosis } from './diagnosis-page.ts';
import { readParts } from './log-file.ts';

/** `checkmend analyze FILE|-`: the diagnosis of a log, without a GitHub App. */
export function registerAnalyze(program: Command): void {
  program
    .command('analyze')
    .description(
      "say why a job failed, from its log; with --patch, print the change that the job's tool wants",
    )
    .argument('<file>', 'the log, or - for standard input')
    .option('--json', 'print the diagnosis as one JSON object')
    .option('--patch', 'print only the patch, for "git apply"; exit 1 when the log proves none')
    .option('--repository <owner/name>', 'the repository that the log is of')
    .action(async (file, { json = false, patch = false, repository }) => {
      const startedAt = performance.now();
      const source = file === '-' ? process.stdin : readParts(file);
      // Tools that print absolute paths are mostly run, like this command, at the root of the repository.
      const diagnosis = await analyzeLog(source, {
        roots: [process.cwd()],
        ...(repository && { repository }),
      });
      const elapsed = Math.round(performance.now() - startedAt);
      process.stderr.write(`${diagnosis.stats.lines} lines in ${elapsed} ms\n`);
      if (patch) {
        if (diagnosis.patch === null) throw new CheckmendError('no_patch', 'the log proves no patch');
        process.stdout.write(diagnosis.patch);
      } else
        process.stdout.write(json ? `${JSON.stringify(diagnosis, null, 2)}\n` : formatDiagnosis(diagnosis));
    });
}
