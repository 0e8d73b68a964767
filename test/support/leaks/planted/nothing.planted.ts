import { createServer } from 'node:http';
import { expect, it } from 'vitest';

it('closes what it opened', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await new Promise((resolve) => server.close(resolve));
  expect(server.listening).toBe(false);
});
