/** Names of the service's queues. */
export const QUEUES = Object.freeze({
  prMonitor: 'pr_monitor',
  checkAnalyzer: 'check_analyzer',
  fixApplicator: 'fix_applicator',
});
/** Name of a queue of the service. */
export type QueueName = (typeof QUEUES)[keyof typeof QUEUES];

/** Priorities of the typed messages; higher is sooner. */
export const PRIORITIES = Object.freeze({ prMonitor: 1, checkAnalysis: 2, fixApplication: 3 });

/** Added to what a person asked for (button, comment, `force_refresh`); replays and reconciliation get -1, not below 0. */
export const PERSON_PRIORITY_BONUS = 10;

/** How long a message may wait before it is not started any more: 24 h in milliseconds. */
export const MESSAGE_TTL_MS = 24 * 60 * 60 * 1000;
