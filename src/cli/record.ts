import path from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { systemClock } from '../clock.ts';
import { readServiceConfig } from '../config/env.ts';
import { runUntilSignal } from '../lifecycle.ts';
import { createLogger } from '../logger.ts';
import { startRecording } from '../service/record.ts';

/** `checkmend record`: takes deliveries and only writes them down. */
export function registerRecord(program: Command): void {
  program
    .command('record')
    .description(
      'take deliveries and write each to a file for "replay", redacted; nothing else is done with them',
    )
    .argument('[folder]', 'default RECORD_DIR, or recordings')
    .action(async (folder) => {
      const config = readServiceConfig(process.env);
      const logger = createLogger({ level: config.logLevel });
      const target = folder === undefined ? (config.recordDir ?? 'recordings') : folder;
      process.exitCode = await runUntilSignal(
        async (resources) => {
          await startRecording(config, path.resolve(target), resources, { logger, clock: systemClock });
        },
        { logger },
      );
    });
}
