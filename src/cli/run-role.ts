import { readServiceConfig } from '../config/env.ts';
import { runUntilSignal } from '../lifecycle.ts';
import { createLogger } from '../logger.ts';
import { type Role, startService } from '../service/service.ts';

/** Runs a role until a signal; the exit code is set when it has stopped. */
export async function runRole(role: Role): Promise<void> {
  const config = readServiceConfig(process.env);
  const logger = createLogger({ level: config.logLevel });
  process.exitCode = await runUntilSignal(
    async (resources) => {
      await startService(config, role, resources, { logger });
    },
    { logger },
  );
}
