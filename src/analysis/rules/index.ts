import { COVERAGE } from './coverage.ts';
import { DEBIAN } from './debian.ts';
import { DENO } from './deno.ts';
import { GATES } from './gates.ts';
import { GO } from './go.ts';
import { INFRASTRUCTURE } from './infrastructure.ts';
import { JAVASCRIPT } from './javascript.ts';
import { JAVASCRIPT_PACKAGES } from './javascript-packages.ts';
import { JAVASCRIPT_TESTS } from './javascript-tests.ts';
import { JVM } from './jvm.ts';
import { LINTERS } from './linters.ts';
import { MAVEN } from './maven.ts';
import { NATIVE } from './native.ts';
import { NETWORK } from './network.ts';
import { OTHER_LANGUAGES } from './other-languages.ts';
import { PYTEST } from './pytest.ts';
import { PYTHON } from './python.ts';
import type { Rule } from './rule.ts';
import { RUST } from './rust.ts';
import { SCRIPT_LINTERS } from './script-linters.ts';
import { TIMEOUTS } from './timeouts.ts';

/** All rules, family by family. */
export const RULES: readonly Rule[] = [
  ...INFRASTRUCTURE,
  ...NETWORK,
  ...TIMEOUTS,
  ...PYTEST,
  ...PYTHON,
  ...JAVASCRIPT,
  ...JAVASCRIPT_TESTS,
  ...JAVASCRIPT_PACKAGES,
  ...DENO,
  ...SCRIPT_LINTERS,
  ...LINTERS,
  ...GO,
  ...RUST,
  ...JVM,
  ...MAVEN,
  ...NATIVE,
  ...OTHER_LANGUAGES,
  ...DEBIAN,
  ...COVERAGE,
  ...GATES,
];
