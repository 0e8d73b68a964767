import { it } from 'vitest';

it('leaves a listener to the process', () => {
  process.on('SIGTERM', () => {});
});
