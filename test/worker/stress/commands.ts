import fc from 'fast-check';

/** Something that happens to one of two workers, to its queue, or to the time. */
export type Command =
  | { readonly kind: 'start' | 'quiet'; readonly worker: 0 | 1 }
  | { readonly kind: 'stop'; readonly worker: 0 | 1; readonly deadlineMs: number }
  | { readonly kind: 'send'; readonly tasks: readonly Task[] }
  | { readonly kind: 'advance'; readonly ms: number };

/** What a message is to go through, the first time that it is worked on; after that it is done. */
export interface Task {
  /** How long a handler takes, in milliseconds. */
  readonly ms: number;
  /** `deaf` is done, and does not listen to its signal. */
  readonly fate: 'done' | 'false' | 'throw' | 'snooze' | 'deaf';
}

const worker = fc.constantFrom<0 | 1>(0, 1);

const task: fc.Arbitrary<Task> = fc.record({
  ms: fc.constantFrom(0, 0, 1, 20, 150),
  fate: fc.constantFrom<Task['fate']>('done', 'done', 'done', 'false', 'throw', 'snooze', 'deaf'),
});

export const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('start' as const), worker }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('quiet' as const), worker }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('stop' as const),
        worker,
        deadlineMs: fc.constantFrom(0, 10, 100, 1000),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('send' as const), tasks: fc.array(task, { maxLength: 8 }) }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('advance' as const),
        ms: fc.constantFrom(0, 1, 15, 120, 2000),
      }),
    },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
);
