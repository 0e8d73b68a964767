export {
  EventBus,
  type EventPattern,
  type PayloadOf,
  type PublishResult,
  type Subscriber,
} from './event-bus.ts';
export type { DomainEvents, HandledEventName, PullRequestFact, ServiceEvents } from './event-map.ts';
export type { GitHubEvent, HandlerReport } from './github-event.ts';
