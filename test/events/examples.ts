const SHA = 'ab'.repeat(20);
const TIME = '2026-01-01T00:00:05Z';
/** {@link TIME} in milliseconds since the epoch. */
export const AT = Date.UTC(2026, 0, 1, 0, 0, 5);

const repository = { id: 9, name: 'shop', owner: { login: 'acme' } };
const app = { id: 7, slug: 'ci' };
const sender = { login: 'ada', type: 'User' };
const pullRequests = [{ id: 33, number: 3, base: { repo: { id: 9 } } }];
const listed = { id: 9, name: 'shop', full_name: 'acme/shop', private: true };
const read = { repository: { ...repository, id: '9' }, installation: { id: '1' } };
const readPullRequests = [{ id: '33', number: 3, base: { repo: { id: '9' } } }];

/** An event's body, and what is read of it. */
interface Example {
  /** Every field that Checkmend knows. */
  body: object;
  /** What is read of it. */
  reads: object;
  /** Paths that may be absent, with what is read then; every other path must be there. */
  optional: Record<string, unknown>;
}

/** One of each event that has a shape. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  pull_request: {
    body: {
      action: 'opened',
      pull_request: { id: 33, number: 3, updated_at: TIME, head: { sha: SHA } },
      repository,
      installation: { id: 1 },
    },
    reads: {
      action: 'opened',
      pull_request: { id: '33', number: 3, updated_at: AT, head: { sha: SHA } },
      ...read,
    },
    optional: { installation: undefined },
  },
  check_run: {
    body: {
      action: 'completed',
      check_run: {
        id: 55,
        name: 'lint',
        status: 'completed',
        conclusion: 'failure',
        head_sha: SHA,
        started_at: TIME,
        completed_at: TIME,
        output: { title: 'One error', summary: 'In a.py', text: 'a.py:1' },
        app,
        pull_requests: pullRequests,
      },
      requested_action: { identifier: 'fix' },
      repository,
      installation: { id: 1 },
      sender,
    },
    reads: {
      action: 'completed',
      check_run: {
        id: '55',
        name: 'lint',
        status: 'completed',
        conclusion: 'failure',
        head_sha: SHA,
        started_at: AT,
        completed_at: AT,
        output: { title: 'One error', summary: 'In a.py', text: 'a.py:1' },
        app: { id: '7', slug: 'ci' },
        pull_requests: readPullRequests,
      },
      requested_action: { identifier: 'fix' },
      ...read,
      sender,
    },
    optional: {
      installation: undefined,
      requested_action: undefined,
      sender: undefined,
      'sender.type': null,
      'check_run.conclusion': null,
      'check_run.started_at': undefined,
      'check_run.completed_at': undefined,
      'check_run.output': undefined,
      'check_run.output.title': null,
      'check_run.output.summary': null,
      'check_run.output.text': null,
      'check_run.app': null,
      'check_run.app.slug': null,
      'check_run.pull_requests': [],
      'check_run.pull_requests.0.base': undefined,
    },
  },
  check_suite: {
    body: {
      action: 'completed',
      check_suite: {
        id: 77,
        head_sha: SHA,
        conclusion: 'failure',
        updated_at: TIME,
        app,
        pull_requests: pullRequests,
      },
      repository,
      installation: { id: 1 },
      sender,
    },
    reads: {
      action: 'completed',
      check_suite: {
        id: '77',
        head_sha: SHA,
        conclusion: 'failure',
        updated_at: AT,
        app: { id: '7', slug: 'ci' },
        pull_requests: readPullRequests,
      },
      ...read,
      sender,
    },
    optional: {
      installation: undefined,
      sender: undefined,
      'sender.type': null,
      'check_suite.conclusion': null,
      'check_suite.updated_at': undefined,
      'check_suite.app': null,
      'check_suite.app.slug': null,
      'check_suite.pull_requests': [],
      'check_suite.pull_requests.0.base': undefined,
    },
  },
  installation: {
    body: {
      action: 'created',
      installation: { id: 1, account: { login: 'acme' } },
      repositories: [listed],
    },
    reads: {
      action: 'created',
      installation: { id: '1', account: 'acme' },
      repositories: [{ ...listed, id: '9' }],
    },
    optional: { 'installation.account': '', 'installation.account.login': '', repositories: [] },
  },
  installation_repositories: {
    body: {
      action: 'added',
      installation: { id: 1, account: { slug: 'acme-inc' } },
      repositories_added: [listed],
      repositories_removed: [{ id: 8 }],
    },
    reads: {
      action: 'added',
      installation: { id: '1', account: 'acme-inc' },
      repositories_added: [{ ...listed, id: '9' }],
      repositories_removed: [{ id: '8' }],
    },
    optional: { 'installation.account': '', 'installation.account.slug': '' },
  },
  ping: {
    body: { zen: 'Keep it logically awesome.', hook_id: 4 },
    reads: { zen: 'Keep it logically awesome.', hook_id: '4' },
    optional: { hook_id: undefined },
  },
  workflow_run: {
    body: {
      action: 'completed',
      workflow_run: {
        id: 66,
        head_sha: SHA,
        conclusion: 'startup_failure',
        updated_at: TIME,
        pull_requests: pullRequests,
      },
      repository,
      installation: { id: 1 },
    },
    reads: {
      action: 'completed',
      workflow_run: {
        id: '66',
        head_sha: SHA,
        conclusion: 'startup_failure',
        updated_at: AT,
        pull_requests: readPullRequests,
      },
      ...read,
    },
    optional: {
      installation: undefined,
      'workflow_run.conclusion': null,
      'workflow_run.updated_at': undefined,
      'workflow_run.pull_requests': [],
      'workflow_run.pull_requests.0.base': undefined,
    },
  },
  issue_comment: {
    body: {
      action: 'created',
      issue: { number: 3, pull_request: { url: 'https://github.example/pulls/3' } },
      comment: { id: 88, body: '/checkmend fix', created_at: TIME, user: sender },
      repository,
      installation: { id: 1 },
    },
    reads: {
      action: 'created',
      issue: { number: 3, pull_request: { url: 'https://github.example/pulls/3' } },
      comment: { id: '88', body: '/checkmend fix', created_at: AT, user: sender },
      ...read,
    },
    optional: {
      installation: undefined,
      'issue.pull_request': undefined,
      'issue.pull_request.url': undefined,
      'comment.body': null,
      'comment.created_at': undefined,
      'comment.user': undefined,
      'comment.user.type': null,
    },
  },
};
