import type { WorkerMessage } from '../../src/messages/worker-message.ts';

/** About 600 bytes of JSON with the envelope, like the service's own messages. */
const LOGS = 'npm ERR! code ELIFECYCLE at step lint: 3 problems (2 errors, 1 warning)\n'.repeat(4);

/** Payload of the n-th job; both sides send the same. */
export function payloadOf(n: number): { [key: string]: string | null } {
  return {
    installation_id: '4711',
    repository_id: String(100_000 + (n % 50)),
    owner: 'octo-org',
    repo: 'hello-world',
    head_sha: '7fd1a60b01f91b314f59955a4e4d4e80d8edf11d',
    check_run_id: String(1_000_000 + n),
    pull_request_id: null,
    failure_logs: LOGS,
  };
}

/** 0..9, mixed. */
export function priorityOf(n: number): number {
  return (n * 7) % 10;
}

/** The n-th message of a run as this package sends it. */
export function messageOf(run: string, n: number): WorkerMessage {
  return {
    id: `${run}_${n}`,
    type: 'analyze_check_failure',
    payload: payloadOf(n),
    priority: priorityOf(n),
    retryCount: 0,
    maxRetries: 3,
    timestamp: 1_767_225_600_000,
  };
}
