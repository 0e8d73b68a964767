import { type Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { readServiceConfig } from '../config/env.ts';
import { CheckmendError, PermanentError } from '../errors.ts';
import { createGitHubApp } from '../github/app.ts';
import { createLogger } from '../logger.ts';
import { printable } from '../printable.ts';
import { Redelivery, type RedeliveryResult } from '../service/redeliver.ts';
import type { DeliveryRecord, DeliveryStatus, Store } from '../store/types.ts';
import { withState } from './state.ts';

type Listed = Omit<DeliveryRecord, 'body'>;

/** `checkmend deliveries list|show|redeliver`. */
export function registerDeliveries(program: Command): void {
  const deliveries = program.command('deliveries').description('the deliveries that were taken');
  deliveries
    .command('list')
    .description('newest first')
    .option('--dead', 'those that were given up')
    .option('--open', 'those whose messages are not all queued yet')
    .option('--limit <n>', '1..1000', parseLimit, 50)
    .option('--json', 'one JSON object a line')
    .action(async ({ dead = false, open = false, limit, json = false }) => {
      const status: DeliveryStatus | undefined = dead ? 'dead' : open ? 'open' : undefined;
      await withState(async ({ store }) => {
        const found = await store.deliveries.list({ limit, ...(status && { status }) });
        for (const it of found) process.stdout.write(`${json ? JSON.stringify(it) : lineOf(it)}\n`);
      });
    });
  deliveries
    .command('show')
    .description('one delivery, with its headers and its body')
    .argument('<id>', 'delivery id (X-GitHub-Delivery)')
    .option('--json', 'one JSON object')
    .action(async (id, { json = false }) => {
      await withState(async ({ store }) => {
        const record = await find(store, id);
        process.stdout.write(`${json ? JSON.stringify(jsonOf(record)) : pageOf(record)}\n`);
      });
    });
  deliveries
    .command('redeliver')
    .description("take up deliveries again: from the store, or from GitHub's API when they are not there")
    .argument('[ids...]', 'delivery ids')
    .option('--dead', 'all that were given up')
    .option('--json', 'one JSON object a line')
    .action(async (ids, { dead = false, json = false }) => {
      if (ids.length === 0 && !dead)
        throw new CheckmendError('redeliver', 'name delivery ids, or say --dead');
      await redeliver(ids, dead, json);
    });
}

async function redeliver(ids: readonly string[], dead: boolean, json: boolean): Promise<void> {
  const config = readServiceConfig(process.env);
  const { appId, privateKey, apiUrl } = config;
  const logger = createLogger({ level: 'fatal', destination: process.stderr });
  await withState(async (state) => {
    const github = createGitHubApp({ appId, privateKey, apiUrl, logger, ledger: state.store.budgets });
    const redelivery = new Redelivery(state, appId, github.deliveries, { logger });
    const given = dead ? await state.store.deliveries.list({ status: 'dead', limit: 1000 }) : [];
    let failed = 0;
    // Oldest first, as they happened.
    for (const id of new Set([...given.map(({ guid }) => guid).toReversed(), ...ids])) {
      const result = await redelivery.redeliver(id);
      if (result.status === 'failed' || result.status === 'unknown') failed += 1;
      process.stdout.write(
        `${json ? JSON.stringify({ id, ...result }) : `${printable(id)}  ${words(result)}`}\n`,
      );
    }
    if (failed > 0) throw new CheckmendError('redeliver', `${failed} were not taken up`);
  });
}

function words(result: RedeliveryResult): string {
  switch (result.status) {
    case 'accepted':
      return `taken: ${result.messages} messages queued (${result.reason})`;
    case 'duplicate':
      return 'was done before, nothing to do';
    case 'unknown':
      return 'neither the store nor GitHub knows it';
    case 'failed':
      return `failed: ${printable(result.reason)}`;
  }
}

async function find(store: Store, guid: string): Promise<DeliveryRecord> {
  // The App that a database belongs to is not asked for: there is one.
  const known = (await store.deliveries.list({ limit: 1000 })).find((it) => it.guid === guid);
  const appId = known?.appId ?? process.env.APP_ID ?? '';
  const record = await store.deliveries.find(appId, guid);
  if (!record) throw new PermanentError('not_found', `no delivery ${guid} is known`);
  return record;
}

function lineOf({ receivedAt, event, action, status, messages, guid, note, attempts }: Listed): string {
  const time = new Date(receivedAt).toISOString().replace('T', ' ').slice(0, 19);
  const name = action ? `${event}.${action}` : event;
  const tries = attempts > 0 ? `  ${attempts} tries` : '';
  const what = [status.padEnd(4), printable(name).padEnd(32), String(messages).padStart(3), printable(guid)];
  return `${time}  ${what.join('  ')}${tries}  ${printable(note ?? '')}`.trimEnd();
}

function jsonOf({ body, ...facts }: DeliveryRecord): object {
  return { ...facts, payload: JSON.parse(body.toString('utf8')) as unknown };
}

function pageOf(record: DeliveryRecord): string {
  const headers = Object.entries(record.headers).map(([name, value]) => `${name}: ${printable(value)}`);
  const body = JSON.stringify(JSON.parse(record.body.toString('utf8')), null, 2);
  const lines = body.split('\n').map(printable);
  return [lineOf(record), '', ...headers, '', ...lines].join('\n');
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new InvalidArgumentError('must be an integer of 1..1000');
  return limit;
}
