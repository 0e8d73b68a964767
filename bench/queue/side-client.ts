import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Calls } from './driver.ts';
import type { Answer } from './side-process.ts';
import type { SideName } from './sides/side.ts';

/** A side in a process of its own, fresh for every measurement. */
export class SideClient implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  #calls = 0;

  constructor(name: SideName, url: string) {
    this.#child = fork(new URL('./side-process.ts', import.meta.url), {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', BENCH_SIDE: name, BENCH_URL: url },
      execArgv: profileArguments(name),
    });
    this.#child.on('message', ({ number, value, error }: Answer) => {
      const answer = this.#answers.get(number);
      this.#answers.delete(number);
      if (error === undefined) answer?.resolve(value);
      else answer?.reject(new Error(error));
    });
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#answers.values()) reject(new Error(`${name} ended with ${code}`));
    });
  }

  call<Name extends keyof Calls>(name: Name, input: Calls[Name][0]): Promise<Calls[Name][1]> {
    const number = this.#calls++;
    const answer = Promise.withResolvers<unknown>();
    this.#answers.set(number, answer);
    this.#child.send({ number, name, input });
    return answer.promise as Promise<Calls[Name][1]>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }
}

/** `BENCH_PROFILE=ours` or `bullmq` writes a CPU profile of each process of that side. */
function profileArguments(name: SideName): string[] {
  return process.env.BENCH_PROFILE === name ? ['--cpu-prof'] : [];
}
