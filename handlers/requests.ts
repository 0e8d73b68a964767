import type { PersonRequestPayload } from '../src/messages/payloads.ts';
import { PersonRequestMessage } from '../src/messages/person-request-message.ts';
import { QUEUES } from '../src/messages/queues.ts';
import type { Decision, DecisionContext } from './handler.ts';

type Subject = Pick<PersonRequestPayload, 'pr_number' | 'check_run_id' | 'comment_id' | 'verb'> & {
  readonly head_sha: string | null;
};

/** What is needed of every event that a person caused. */
interface Event {
  readonly repository: {
    readonly id: string;
    readonly name: string;
    readonly owner: { readonly login: string };
  };
  readonly installation: { readonly id: string };
  /** Login of the person. */
  readonly by: string;
  /** When they asked, in milliseconds since the epoch; default now. */
  readonly at?: number | null | undefined;
}

/**
 * The messages that ask a worker to answer a person, one for each verb.
 * @param words what the person did, for the timeline, e.g. `pressed "Apply fix"`
 */
export function askFor(
  subjects: readonly [Subject, ...Subject[]],
  { repository, installation, by, at }: Event,
  words: string,
  { now, correlationId, priorityDelta }: DecisionContext,
): Decision {
  const { login } = repository.owner;
  const [first] = subjects;
  const target = {
    installation_id: installation.id,
    repository_id: repository.id,
    owner: login,
    repo: repository.name,
    requested_by: by,
  };
  const facts = { timestamp: at ?? now, correlationId, priorityDelta, sentAt: now };
  return {
    messages: subjects.map((subject) => ({
      queue: QUEUES.fixApplicator,
      message: new PersonRequestMessage({ ...target, ...subject }, facts),
    })),
    reason: 'person_asked',
    about: {
      repositoryId: repository.id,
      owner: login,
      repo: repository.name,
      prNumber: first.pr_number,
      headSha: first.head_sha,
      checkRunId: first.check_run_id,
      sentence: `${by} ${words}`,
    },
  };
}
