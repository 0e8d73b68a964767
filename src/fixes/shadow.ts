import { ruleOf } from './ladder.ts';
import { type FixEnvironment, type FixJob, type Refused, refused } from './strategy.ts';

type Modes = Pick<FixEnvironment, 'override' | 'policy'>;

/** Is everything done but written? */
export function isShadow({ override, policy }: Modes): boolean {
  return override === 'shadow' || (override === 'policy' && policy.mode === 'shadow');
}

/**
 * Shadow mode does everything but write: why it ends there, or null in any other mode. What a person asks for, and what
 * is only told, is refused at once.
 */
export function whyShadow(
  { payload: { fix_strategy, requested_by } }: Pick<FixJob, 'payload'>,
  modes: Modes,
): Refused | null {
  if (fix_strategy === 'report' || requested_by !== undefined || !isShadow(modes)) return null;
  const rule = modes.override === 'shadow' ? 'override.shadow' : 'mode.shadow';
  return refused(rule, 'all was ready for it, and shadow mode writes nothing');
}

/** Would this try have had its effect in any other mode? */
export function wasShadowed(attempt: Parameters<typeof ruleOf>[0]): boolean {
  const rule = ruleOf(attempt);
  return rule === 'override.shadow' || rule === 'mode.shadow';
}
