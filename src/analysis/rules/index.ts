import { INFRASTRUCTURE } from './infrastructure.ts';
import { PYTEST } from './pytest.ts';
import type { Rule } from './rule.ts';
import { TIMEOUTS } from './timeouts.ts';

/** All rules, family by family. */
export const RULES: readonly Rule[] = [...INFRASTRUCTURE, ...TIMEOUTS, ...PYTEST];
