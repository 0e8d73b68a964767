import type { Clock } from '../clock.ts';
import type { ModeOverride } from '../config/env.ts';
import type { DomainEvents } from '../events/event-map.ts';
import type { GitHubApp, RepositoryClient } from '../github/types.ts';
import type { Logger } from '../logger.ts';
import type { FixApplicationPayload, FixStrategyName } from '../messages/payloads.ts';
import type { Store } from '../store/types.ts';
import type { Policy } from './policy/policy.ts';
import type { Refusal } from './refusal.ts';
import type { RepositoryFacts } from './repository-facts.ts';

/** Where domain events go; the service's `EventBus` is one. */
export interface DomainEventSink {
  publish<Name extends keyof DomainEvents>(name: Name, payload: DomainEvents[Name]): Promise<unknown>;
}

/** One fix that a message asks for. */
export interface FixJob {
  /** The message's id; also the mark of the effect. */
  readonly id: string;
  readonly payload: FixApplicationPayload;
  readonly correlationId: string | null;
  /** When it was asked for, in milliseconds since the epoch. */
  readonly requestedAt: number;
}

/** What a strategy works with. */
export interface FixEnvironment {
  readonly store: Store;
  readonly app: GitHubApp;
  /** The base repository. */
  readonly client: RepositoryClient;
  readonly facts: RepositoryFacts;
  readonly policy: Policy;
  /** What is wrong with the policy file; empty when it is well. */
  readonly policyProblems: readonly string[];
  readonly override: ModeOverride;
  readonly events: DomainEventSink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the message is no longer ours: nothing may be written then. */
  readonly signal: AbortSignal;
}

/** Come back later; no attempt is burned. */
export interface Wait extends Refusal {
  readonly kind: 'wait';
  readonly delayMs: number;
}

/** It is not done, and why. */
export interface Refused {
  readonly kind: 'refused';
  readonly refusal: Refusal;
}

/** What is to be done, and the digests by which repeats and reversals are known. */
export interface Planned<Plan> {
  readonly kind: 'planned';
  readonly plan: Plan;
  readonly digest: string;
  readonly reverseDigest: string | null;
}

/** Nothing stands in the way; `ready` is what `apply` needs. */
export interface Cleared<Ready> {
  readonly kind: 'go';
  readonly ready: Ready;
}

/** The effect is there: made now, or found by its mark. `result` names it, e.g. the commit's sha. */
export interface Applied {
  readonly kind: 'applied';
  readonly result: string;
  /** What was done, in one sentence. */
  readonly message: string;
}

/**
 * One way to act on a diagnosis, in four steps: `plan` looks at the content only, `preflight` reads and may
 * still refuse, wait or find the effect of an earlier try, `apply` writes once, `verify` looks at what came of
 * it. All may throw: a `TransientError` means again later, and then `preflight` must find what was written.
 */
export interface FixStrategy<Plan, Ready> {
  readonly name: FixStrategyName;
  /** Permission of the App that the write needs, e.g. `Contents: write`. */
  readonly permission: string;
  plan(job: FixJob, environment: FixEnvironment): Promise<Planned<Plan> | Refused>;
  preflight(
    plan: Plan,
    job: FixJob,
    environment: FixEnvironment,
  ): Promise<Cleared<Ready> | Applied | Refused | Wait>;
  apply(ready: Ready, job: FixJob, environment: FixEnvironment): Promise<Applied | Refused | Wait>;
  /** Null when the effect is as planned, else what is wrong with it. */
  verify(effect: Applied, ready: Ready, job: FixJob, environment: FixEnvironment): Promise<string | null>;
}

export function refused(rule: string, reason: string): Refused {
  return { kind: 'refused', refusal: { rule, reason } };
}

export function wait(rule: string, reason: string, delayMs: number): Wait {
  return { kind: 'wait', rule, reason, delayMs };
}
