import type { z } from 'zod';
import type { Clock } from '../src/clock.ts';
import { checkPayload } from '../src/events/checked.ts';
import type { EventBus } from '../src/events/event-bus.ts';
import type { HandledEventName, ServiceEvents } from '../src/events/event-map.ts';
import type { GitHubEvent, HandlerReport } from '../src/events/github-event.ts';
import type { Logger } from '../src/logger.ts';
import type { QueueName, TypedMessage } from '../src/messages/index.ts';
import { validationErrorOf } from '../src/messages/message-serializer.ts';
import type { QueueManager } from '../src/queue/types.ts';
import type { Store, TimelineEntry } from '../src/store/types.ts';

/** Parts that handlers work with. They make no call over the network. */
export interface HandlerDeps {
  queues: Pick<QueueManager, 'sendMessage'>;
  store: Pick<Store, 'timeline' | 'installations' | 'checkRuns' | 'holds' | 'fixAttempts' | 'pullRequests'>;
  clock: Clock;
  logger: Logger;
  /** Id of this App: its own check runs are not reacted to. */
  appId: string;
}

/** What to send for an event, and why: a short stable code, also where nothing is sent. */
export interface Decision {
  messages: { queue: QueueName; message: TypedMessage<string, object> }[];
  reason: string;
  /** Of which pull request or repository, for the timeline. */
  about?: Pick<TimelineEntry, 'repositoryId' | 'owner' | 'repo' | 'prNumber' | 'headSha' | 'checkRunId'> & {
    sentence: string;
  };
}

/** Nothing to send. */
export function nothing(reason: string): Decision {
  return { messages: [], reason };
}

/** What a decision may know beside the payload. */
export interface DecisionContext {
  appId: string;
  /** Milliseconds since the epoch. */
  now: number;
  correlationId: string;
  /** -1 for what comes late (replays and recovery), else 0. */
  priorityDelta: number;
}

/** A handler of one GitHub event. */
export interface Handler<Schema extends z.ZodType> {
  name: HandledEventName;
  schema: Schema;
  /** Pure: the same event gives the same messages. */
  decide(payload: z.output<Schema>, context: DecisionContext): Decision;
  /** Changes in the store that the event itself is; before anything is sent. */
  apply?(payload: z.output<Schema>, deps: HandlerDeps): Promise<void>;
  /** Messages for what waits for such an event, as far as the store knows; after `apply`. */
  follow?(
    payload: z.output<Schema>,
    context: DecisionContext,
    store: HandlerDeps['store'],
  ): Promise<Decision['messages']>;
}

/** Subscribes a handler to all actions of its event. Answers the unsubscriber. */
export function subscribe<Schema extends z.ZodType>(
  bus: EventBus<ServiceEvents>,
  handler: Handler<Schema>,
  deps: HandlerDeps,
): () => void {
  const pattern = `${handler.name}.*` as const;
  return bus.subscribe(pattern, async (event: GitHubEvent): Promise<HandlerReport> => {
    const parsed = checkPayload(handler.schema, event.payload);
    if (!parsed.success) throw validationErrorOf(parsed.error);
    await handler.apply?.(parsed.data, deps);
    const context: DecisionContext = {
      appId: deps.appId,
      now: deps.clock.now(),
      correlationId: event.deliveryId,
      priorityDelta: event.source === 'webhook' ? 0 : -1,
    };
    const decision = handler.decide(parsed.data, context);
    const followed = (await handler.follow?.(parsed.data, context, deps.store)) ?? [];
    const messages = [...decision.messages, ...followed];
    return await send(handler.name, { ...decision, messages }, event, deps);
  });
}

async function send(
  handler: string,
  { messages, reason, about }: Decision,
  event: GitHubEvent,
  { queues, store, clock, logger }: HandlerDeps,
): Promise<HandlerReport> {
  // Together, so that they share a commit: an entry whose message failed is found when it is tried again.
  const [sent] = await Promise.all([
    Promise.all(
      messages.map(async ({ queue, message }) => {
        const envelope = message.toWorkerMessage();
        const result = await queues.sendMessage(
          queue,
          envelope as Parameters<QueueManager['sendMessage']>[1],
        );
        return { queue, id: envelope.id, type: envelope.type, result };
      }),
    ),
    about && messages.length > 0 ? appendEntry(about, event, { store, clock }) : undefined,
  ]);
  const fields = {
    handler,
    action: event.action,
    reason,
    sent: sent.map((it) => it.id),
    correlationId: event.deliveryId,
  };
  logger.debug(fields, 'event handled');
  return { handler, sent, reason };
}

async function appendEntry(
  { sentence, ...subject }: NonNullable<Decision['about']>,
  event: GitHubEvent,
  { store, clock }: Pick<HandlerDeps, 'store' | 'clock'>,
): Promise<void> {
  await store.timeline.append({
    ...subject,
    at: clock.now(),
    kind: 'event',
    rule: null,
    message: sentence,
    data: { delivery: event.deliveryId, event: event.name, action: event.action },
    correlationId: event.deliveryId,
    dedupeKey: `event:${event.appId}:${event.deliveryId}`,
  });
}
