export { CheckAnalysisMessage } from './check-analysis-message.ts';
export { createMessage, type NewMessage } from './create-message.ts';
export { FixApplicationMessage } from './fix-application-message.ts';
export type { Json, JsonObject } from './json.ts';
export { MessageSerializer } from './message-serializer.ts';
export {
  type CheckAnalysisPayload,
  checkAnalysisPayload,
  FIX_STRATEGIES,
  type FixApplicationPayload,
  type FixStrategyName,
  fixApplicationPayload,
  type PersonRequestPayload,
  type PRMonitorPayload,
  personRequestPayload,
  prMonitorPayload,
} from './payloads.ts';
export { PersonRequestMessage } from './person-request-message.ts';
export { PRMonitorMessage, type PRMonitorType } from './pr-monitor-message.ts';
export { MESSAGE_TTL_MS, PERSON_PRIORITY_BONUS, PRIORITIES, QUEUES, type QueueName } from './queues.ts';
export { BUTTON_LABELS, type ButtonVerb, REQUEST_VERBS, type RequestVerb } from './request-verbs.ts';
export { type MessageFacts, TypedMessage } from './typed-message.ts';
export { PRIORITY_MAX, PRIORITY_MIN, SCHEMA_VERSION, type WorkerMessage } from './worker-message.ts';
