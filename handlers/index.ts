import type { EventBus } from '../src/events/event-bus.ts';
import type { ServiceEvents } from '../src/events/event-map.ts';
import { checkRunHandler } from './check-run.ts';
import { checkSuiteHandler } from './check-suite.ts';
import { type HandlerDeps, subscribe } from './handler.ts';
import { installationHandler } from './installation.ts';
import { installationRepositoriesHandler } from './installation-repositories.ts';
import { issueCommentHandler } from './issue-comment.ts';
import { pingHandler } from './ping.ts';
import { pullRequestHandler } from './pull-request.ts';
import { workflowRunHandler } from './workflow-run.ts';

export type { HandlerDeps } from './handler.ts';

/** Subscribes every handler. Answers the unsubscriber of all. */
export function registerHandlers(bus: EventBus<ServiceEvents>, deps: HandlerDeps): () => void {
  const unsubscribers = [
    subscribe(bus, pullRequestHandler, deps),
    subscribe(bus, checkRunHandler, deps),
    subscribe(bus, checkSuiteHandler, deps),
    subscribe(bus, workflowRunHandler, deps),
    subscribe(bus, installationHandler, deps),
    subscribe(bus, installationRepositoriesHandler, deps),
    subscribe(bus, issueCommentHandler, deps),
    subscribe(bus, pingHandler, deps),
  ];
  return () => {
    for (const unsubscribe of unsubscribers) unsubscribe();
  };
}
