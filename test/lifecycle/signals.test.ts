import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const program = path.join(import.meta.dirname, 'process-under-test.ts');

describe('runUntilSignal, in a process of its own', () => {
  let child: ChildProcess | undefined;

  afterEach(() => {
    if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  });

  /** Starts the process; `said(word)` resolves once it has printed the word. */
  function run(scenario: string) {
    const started = spawn(process.execPath, [program, scenario], { stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    const words: string[] = [];
    const waiting = new Map<string, () => void>();
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      for (const word of text.split('\n').filter(Boolean)) {
        words.push(word);
        waiting.get(word)?.();
      }
    });
    const said = (word: string) =>
      new Promise<void>((resolve) => (words.includes(word) ? resolve() : waiting.set(word, resolve)));
    const ended = once(started, 'close').then(([code, signal]) => ({ code, signal, words }));
    return { process: started, said, ended };
  }

  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: quiet, then release in reverse order, exit 0',
    async (signal) => {
      const { process: service, said, ended } = run('graceful');
      await said('started');
      service.kill(signal);
      expect(await ended).toEqual({
        code: 0,
        signal: null,
        words: ['started', 'quiet', 'released server', 'released store'],
      });
    },
  );

  it('a second signal ends the process at once', async () => {
    const { process: service, said, ended } = run('stuck');
    await said('started');
    service.kill('SIGTERM');
    await said('stuck in release');
    service.kill('SIGTERM');
    expect((await ended).code).toBe(143);
  });

  it('a start that fails half way releases what it took, exit 1', async () => {
    expect(await run('half-way').ended).toEqual({ code: 1, signal: null, words: ['released store'] });
  });

  it('an error that nobody caught stops the service, exit 1', async () => {
    const { words, code } = await run('uncaught').ended;
    expect(code).toBe(1);
    expect(words).toEqual(['started', 'quiet', 'released server', 'released store']);
  });
});
