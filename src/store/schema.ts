import type { Generated } from 'kysely';
import type { RequestVerb } from '../messages/request-verbs.ts';

/** Tables of the store as Kysely sees them. Times are milliseconds since the epoch; booleans are 0 or 1; ids are text. */
export interface Schema {
  pull_requests: {
    repository_id: string;
    number: number;
    id: string;
    installation_id: string;
    owner: string;
    repo: string;
    title: string;
    author: string;
    state: 'open' | 'closed';
    merged: number;
    draft: number;
    fork: number;
    maintainer_can_modify: number;
    /** JSON array. */
    labels: string;
    head_sha: string;
    head_ref: string;
    head_repository: string | null;
    base_sha: string;
    base_ref: string;
    updated_at: number;
    head_since: number;
  };
  check_runs: {
    id: string;
    repository_id: string;
    head_sha: string;
    name: string;
    app_slug: string | null;
    conclusion: string | null;
    pr_number: number | null;
    completed_at: number | null;
    suite_id: string | null;
  };
  diagnoses: {
    check_run_id: string;
    repository_id: string;
    head_sha: string;
    pr_number: number | null;
    check_name: string;
    fingerprint: string;
    /** JSON object. */
    diagnosis: string;
    created_at: number;
    base_broken: number;
  };
  fix_attempts: {
    id: string;
    repository_id: string;
    pr_number: number;
    head_sha: string;
    check_run_id: string | null;
    strategy: string;
    content_digest: string;
    reverse_digest: string | null;
    status: 'planned' | 'applied' | 'dropped' | 'failed';
    result: string | null;
    reason: string | null;
    created_at: number;
    updated_at: number;
    outcome: 'mended' | 'same_failure' | 'new_failure' | null;
  };
  holds: {
    check_run_id: string;
    repository_id: string;
    pr_number: number;
    head_sha: string;
    check_name: string;
    base_ref: string;
    held_at: number;
  };
  timeline: {
    id: Generated<number>;
    at: number;
    kind: string;
    repository_id: string;
    owner: string;
    repo: string;
    pr_number: number | null;
    head_sha: string | null;
    check_run_id: string | null;
    rule: string | null;
    message: string;
    /** JSON. */
    data: string;
    correlation_id: string | null;
    dedupe_key: string | null;
  };
  deliveries: {
    app_id: string;
    guid: string;
    event: string;
    action: string | null;
    installation_id: string | null;
    repository_id: string | null;
    /** JSON object. */
    headers: string;
    /** Empty where it is in `delivery_bodies`. */
    body: Uint8Array;
    body_id: number | null;
    received_at: number;
    status: 'open' | 'done' | 'dead';
    attempts: number;
    next_attempt_at: number | null;
    note: string | null;
    messages: number;
  };
  delivery_bodies: { id: Generated<number>; body: Uint8Array };
  delivery_counts: { status: 'open' | 'done' | 'dead'; count: number };
  installations: { id: string; account: string; suspended: number };
  repositories: { id: string; installation_id: string; owner: string; name: string; private: number };
  contents: { id: string; content: string; saved_at: number };
  paused_scopes: { scope: string; paused_by: string; paused_at: number };
  person_requests: {
    id: string;
    repository_id: string;
    pr_number: number;
    head_sha: string;
    verb: RequestVerb;
    source: 'button' | 'command';
    requested_by: string;
    rule: string | null;
    answer: string;
    settled: number;
    at: number;
  };
  ignored_failures: {
    repository_id: string;
    pr_number: number;
    fingerprint: string;
    ignored_by: string;
    at: number;
  };
  own_comments: { repository_id: string; pr_number: number; at: number };
  cursors: { name: string; value: string };
  budget_slots: { name: string; slot: number; used: number };
  budget_blocks: { name: string; until: number };
  schedule_slots: { name: string; slot: number };
  processes: {
    id: string;
    role: 'start' | 'serve' | 'work';
    host: string;
    pid: number;
    started_at: number;
    seen_at: number;
    /** JSON array of worker statuses. */
    workers: string;
  };
}
