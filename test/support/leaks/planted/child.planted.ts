import { spawn } from 'node:child_process';
import { it } from 'vitest';

it('leaves a child that keeps no process alive', () => {
  // It ends with its parent: its input does.
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
});
