/** The App that the local GitHub knows, and the account that has installed it. */
export const APP = { id: 4711, slug: 'checkmend-local', installationId: 100, account: 'octo-shop' };

export const PERMISSIONS = {
  metadata: 'read',
  checks: 'write',
  actions: 'write',
  contents: 'write',
  pull_requests: 'write',
  issues: 'write',
};

export const EVENTS = [
  'pull_request',
  'check_run',
  'check_suite',
  'workflow_run',
  'issue_comment',
  'installation',
];
