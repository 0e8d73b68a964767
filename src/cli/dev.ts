import type { Command } from '@commander-js/extra-typings';
import { QUEUES } from '../messages/queues.ts';
import { readSmeeConfig } from '../service/smee-config.ts';
import { SmeeTunnel } from '../service/smee-tunnel.ts';
import { DEFAULT_CONCURRENCY, parseConcurrency } from './concurrency.ts';
import { runRole } from './run-role.ts';

/** `checkmend dev`: the service behind a smee channel. */
export function registerDev(program: Command): void {
  program
    .command('dev')
    .description('for development: everything in one process, behind a smee channel')
    .option('--config <file>', 'source, target and events', 'smee.config.json')
    .option(
      '--concurrency <n>',
      'messages at once in each queue, 1..256',
      parseConcurrency,
      DEFAULT_CONCURRENCY,
    )
    .action(async ({ config: file, concurrency }) => {
      const { source, target, events } = readSmeeConfig(file);
      const from = process.env.WEBHOOK_PROXY_URL || source;
      const isNew = new URL(from).pathname.endsWith('/new');
      const url = isNew ? await SmeeTunnel.createChannel(from) : from;
      process.stderr.write(`Webhook URL of the App, for as long as this runs:\n\n  ${url}\n\n`);
      if (isNew) process.stderr.write('To keep the channel, set WEBHOOK_PROXY_URL to it, e.g. in .env.\n\n');
      const port = new URL(target).port;
      await runRole(
        { name: 'start', ingress: 'push', queues: Object.values(QUEUES), concurrency },
        // The file says where the service listens; the environment has the last word.
        { ...(port && { PORT: port }), ...process.env, WEBHOOK_PROXY_URL: url },
        { webhookProxy: { url, events } },
      );
    });
}
