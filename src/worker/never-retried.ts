import { PermanentError, ValidationError } from '../errors.ts';

/** Mistakes in the program itself: trying again runs into them again. */
const PROGRAMMING_ERRORS = [TypeError, ReferenceError, SyntaxError, RangeError];

/**
 * Whether trying again cannot help: permanent errors, invalid input and programming errors. A `TypeError` with a
 * `cause` is none of them: `fetch` wraps what went wrong on the network in one (Fetch standard, "network error").
 */
export function isNeverRetried(error: Error): boolean {
  if (error instanceof PermanentError || error instanceof ValidationError) return true;
  return error.cause === undefined && PROGRAMMING_ERRORS.some((type) => error instanceof type);
}
