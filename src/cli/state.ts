import { existsSync } from 'node:fs';
import { readBaseConfig } from '../config/env.ts';
import { ConfigError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { databasePath, openState, type State } from '../service/state.ts';

/**
 * Opens the queues and the store that the environment names, for as long as `use` takes.
 * @throws ConfigError when there are none: a command that looks must not look at an empty database of its own making
 */
export async function withState<T>(use: (state: State) => Promise<T>): Promise<T> {
  const config = readBaseConfig(process.env);
  if (!existsSync(databasePath(config))) {
    throw new ConfigError([
      `there is no database at ${databasePath(config)}: start the service first, or set DATA_DIR to its folder`,
    ]);
  }
  // Standard output belongs to the command's answer.
  const logger = createLogger({ level: 'error', destination: process.stderr });
  await using state = await openState(config, { logger });
  return await use(state);
}
