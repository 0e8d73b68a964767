/** Compile-only: what must not compile about messages, queues and events. See `workers.ts`. */
import {
  CheckAnalysisMessage,
  createMessage,
  type DomainEvents,
  EventBus,
  FixApplicationMessage,
  type Lease,
  MemoryQueueManager,
  MessageSerializer,
  type PullRequestFact,
  type QueueManager,
  type ServiceEvents,
  type WorkerMessage,
} from 'checkmend';

const queues: QueueManager = new MemoryQueueManager();
declare const fact: PullRequestFact;
declare const message: WorkerMessage;
declare const lease: Lease;

// The typed messages know their payload.
const target = { installation_id: '1', repository_id: '2', owner: 'acme', repo: 'shop', head_sha: 'f00' };
const analysis = { ...target, check_run_id: '3', pull_request_id: null, pr_number: null, failure_logs: '' };
new CheckAnalysisMessage(analysis, { timestamp: 1 }).toWorkerMessage().payload.check_run_id.length.toFixed();
// @ts-expect-error the id of GitHub as a number
new CheckAnalysisMessage({ ...analysis, check_run_id: 3 }, { timestamp: 1 });
// @ts-expect-error no head
new CheckAnalysisMessage({ ...analysis, head_sha: undefined }, { timestamp: 1 });
// @ts-expect-error when did it happen?
new CheckAnalysisMessage(analysis, {});
const fix = { ...target, pull_request_id: '4', pr_number: 7, check_run_id: '3', confidence_score: 0.9 };
// @ts-expect-error a strategy that there is not
new FixApplicationMessage({ ...fix, fix_strategy: 'pray', fix_content: '' }, { timestamp: 1 });

// A message needs an id, a type and a payload.
createMessage({ id: 'a', type: 'greet', payload: { name: 'Ada' } }).payload.name.trim();
// @ts-expect-error no id
createMessage({ type: 'greet', payload: {} });
// @ts-expect-error priority in words
createMessage({ id: 'a', type: 'greet', payload: {}, priority: 'high' });
// @ts-expect-error the spelling of the wire
createMessage({ id: 'a', type: 'greet', payload: {}, retry_count: 0 });

// What is sent is whole, and can be written as JSON.
void queues.sendMessage('q', message, { delayMs: 1000 });
// @ts-expect-error half a message
void queues.sendMessage('q', { id: 'a', type: 'greet', payload: {} });
// @ts-expect-error a date is no JSON
void queues.sendMessage('q', createMessage({ id: 'a', type: 'greet', payload: { at: new Date() } }));
// @ts-expect-error a message is no lease
void queues.ackMessage(message);
// @ts-expect-error an outcome of the queue that there is not
void queues.exchange('q', { outcomes: [{ lease, outcome: { kind: 'maybe' } }] });
// @ts-expect-error a message is not what the wire is
new MessageSerializer().deserialize(message);

// The events of the service are typed by name; families and everything are patterns.
const bus = new EventBus<ServiceEvents>();
bus.subscribe('check_run.completed', ({ deliveryId, payload }) => [deliveryId.length, payload.action]);
bus.subscribe('fix.applied', ({ result, number }) => [result.length, number.toFixed()]);
bus.subscribe('fix.*', ({ fixId }) => fixId.length);
bus.subscribe('*', (_payload, name) => name.length);
void bus.publish('pr.created', fact);
// @ts-expect-error an event that there is not
bus.subscribe('fix.imagined', () => undefined);
// @ts-expect-error a family that there is not
bus.subscribe('deploy.*', () => undefined);
// @ts-expect-error what only some of the family have
bus.subscribe('fix.*', ({ result }) => result);
// @ts-expect-error the payload of another event
void bus.publish('fix.applied', fact);
// @ts-expect-error a pattern is no event
void bus.publish('fix.*', { ...fact, fixId: 'f', strategy: 's' });
// @ts-expect-error a payload that is none
void bus.publish('pr.created', 'acme/shop#7');

const own = new EventBus<{ 'rating.saved': { score: number } }>();
// @ts-expect-error a score in words
void own.publish('rating.saved', { score: 'high' });
// @ts-expect-error the events of the service are not on a bus of your own
own.subscribe('pr.created', (_: DomainEvents['pr.created']) => undefined);
