/** What a line says about the steps of the job. */
export type StepEvent = 'begins' | 'passed' | 'failed' | 'job-passed' | 'job-ends';

/** Texts of which one is in each line that {@link stepEventOf} knows. */
export const STEP_TEXTS = [
  '\n##[group]Run ',
  '\n##[error]',
  '\nThe command "',
  '\nDone. Your build exited with ',
  '\nJob succeeded',
  '\nCleaning up orphan processes',
];

const EVENTS: readonly (readonly [RegExp, StepEvent])[] = [
  [/^##\[group\]Run /, 'begins'],
  [/^##\[error\]/, 'failed'],
  [/^The command ".{1,1500}" exited with 0\.$/, 'passed'],
  [/^The command ".{1,1500}" (?:failed and )?exited with [1-9]\d{0,9}\b/, 'failed'],
  [/^(?:Done\. Your build exited with 0\.|Job succeeded)$/, 'job-passed'],
  [/^Cleaning up orphan processes$/, 'job-ends'],
];

/** Sources: logs of the Actions runner, Travis and GitLab. */
export function stepEventOf(text: string): StepEvent | null {
  return EVENTS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/**
 * Follows the steps of a job. What was found in a step that passed is no cause as long as another step failed; and a
 * job that passed has none.
 */
export class JobSteps {
  #failures = 0;
  #failedHere = false;
  #begun = false;
  #jobPassed = false;
  #jobEnded = false;

  /** The job came to its end without a failure. */
  get jobPassed(): boolean {
    return this.#jobPassed || (this.#begun && this.#jobEnded && this.#failures === 0);
  }

  /** Takes a line; true when all that came before it belongs to steps that passed. */
  push(text: string): boolean {
    const event = stepEventOf(text);
    if (event === null) return false;
    if (event === 'job-passed') this.#jobPassed = true;
    if (event === 'job-ends') this.#jobEnded = true;
    if (event === 'failed') {
      this.#failures += 1;
      this.#failedHere = true;
    }
    if (event === 'passed') return !this.#failedHere;
    if (event !== 'begins') return false;
    this.#begun = true;
    const passed = !this.#failedHere;
    this.#failedHere = false;
    return passed;
  }
}
