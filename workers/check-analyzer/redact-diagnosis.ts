import type { Diagnosis } from '../../src/analysis/types.ts';
import { redactSecrets } from '../../src/logger.ts';

/**
 * A diagnosis without secrets, as it may be stored and shown. A patch that holds one is given up: it cannot be
 * applied without it.
 */
export function redactDiagnosis(diagnosis: Diagnosis): Diagnosis {
  const { patch } = diagnosis;
  const safe = patch === null || redactSecrets(patch) === patch;
  return {
    ...diagnosis,
    summary: redactSecrets(diagnosis.summary),
    root_cause: diagnosis.root_cause && redactLine(diagnosis.root_cause),
    evidence: diagnosis.evidence.map(redactLine),
    diagnostics: diagnosis.diagnostics.map((entry) => ({ ...entry, message: redactSecrets(entry.message) })),
    failed_tests: diagnosis.failed_tests.map((test) => ({
      ...test,
      name: redactSecrets(test.name),
      message: redactSecrets(test.message),
    })),
    patch: safe ? patch : null,
    recommendation: safe || diagnosis.recommendation !== 'apply_patch' ? diagnosis.recommendation : 'report',
  };
}

function redactLine<Line extends { text: string }>(line: Line): Line {
  return { ...line, text: redactSecrets(line.text) };
}
