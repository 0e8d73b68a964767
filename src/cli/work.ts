import { type Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { QUEUES, type QueueName } from '../messages/queues.ts';
import { DEFAULT_CONCURRENCY, parseConcurrency } from './concurrency.ts';
import { runRole } from './run-role.ts';

const NAMES: readonly string[] = Object.values(QUEUES);

/** `checkmend work --queues a,b --concurrency n`: works on queues, without a web part. */
export function registerWork(program: Command): void {
  program
    .command('work')
    .description('work on queues, without taking deliveries')
    .option('--queues <names>', `comma-separated, of ${NAMES.join(', ')}`, parseQueues, Object.values(QUEUES))
    .option(
      '--concurrency <n>',
      'messages at once in all queues, 1..256',
      parseConcurrency,
      DEFAULT_CONCURRENCY,
    )
    .action(({ queues, concurrency }) => runRole({ name: 'work', ingress: null, queues, concurrency }));
}

function parseQueues(text: string): QueueName[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`there is no queue "${unknown}": ${NAMES.join(', ')}`);
  return names as QueueName[];
}
