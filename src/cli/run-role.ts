import { type Environment, readServiceConfig, type ServiceConfig } from '../config/env.ts';
import { runUntilSignal } from '../lifecycle.ts';
import { createLogger } from '../logger.ts';
import { type Role, startService } from '../service/service.ts';

/**
 * Runs a role until a signal; the exit code is set when it has stopped.
 * @param changes to what the environment says
 */
export async function runRole(
  role: Role,
  environment: Environment = process.env,
  changes: Partial<ServiceConfig> = {},
): Promise<void> {
  const config = Object.freeze({ ...readServiceConfig(environment), ...changes });
  const logger = createLogger({ level: config.logLevel });
  process.exitCode = await runUntilSignal(
    async (resources) => {
      await startService(config, role, resources, { logger });
    },
    { logger },
  );
}
