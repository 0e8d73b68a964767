import { ValidationError } from '../errors.ts';
import type { LetterSelection } from './engine.ts';
import { checkInteger, LETTERS_MAX } from './validate.ts';

/** One in about six hours: the last letter of a call comes back within a month. */
const PER_SECOND_MIN = 0.00005;

/** @throws ValidationError for a selection that is none; answers each id once */
export function checkSelection(options: { ids?: readonly string[]; limit?: number }): LetterSelection {
  const limit = checkInteger('limit', options.limit ?? LETTERS_MAX, 1, LETTERS_MAX);
  if (!options.ids) return { ids: null, limit };
  if (options.ids.length > LETTERS_MAX) throw new ValidationError('ids', `must be at most ${LETTERS_MAX}`);
  if (!options.ids.every((id) => typeof id === 'string')) throw new ValidationError('ids', 'must be texts');
  return { ids: [...new Set(options.ids)], limit };
}

/** The rate at which letters are put back; infinite by default. @throws ValidationError for one that is too low */
export function checkRate(perSecond = Number.POSITIVE_INFINITY): number {
  if (!(perSecond >= PER_SECOND_MIN)) {
    throw new ValidationError('perSecond', `must be at least ${PER_SECOND_MIN}, not ${perSecond}`);
  }
  return perSecond;
}
