import { readBaseConfig } from '../config/env.ts';
import { createLogger } from '../logger.ts';
import { openState, type State } from '../service/state.ts';

/** Opens the queues and the store that the environment names, for as long as `use` takes. */
export async function withState<T>(use: (state: State) => Promise<T>): Promise<T> {
  const config = readBaseConfig(process.env);
  // Standard output belongs to the command's answer.
  const logger = createLogger({ level: 'error', destination: process.stderr });
  await using state = await openState(config, { logger });
  return await use(state);
}
