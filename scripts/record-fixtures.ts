import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { formatRecording, RECORDING_EXTENSION } from '../src/recording/recording.ts';
import { startLocalGitHub } from '../test/support/github/local-github.ts';

/**
 * Records the webhooks of a short history on the local GitHub into `fixtures/webhooks/`: headers and raw bodies as
 * they are sent, without signatures.
 */
const folder = path.resolve(import.meta.dirname, '../fixtures/webhooks');
const repository = 'acme/shop';
const KEPT = ['content-type', 'user-agent', 'x-github-event', 'x-github-delivery'];

await using github = await startLocalGitHub();
const { scenario, hooks } = github;
await scenario.createRepository(repository, { files: { 'README.md': '# Shop\n' } });
const pull = await scenario.openPullRequest(repository, {
  branch: 'prices',
  files: { 'prices.py': 'x=1\n' },
  title: 'Add prices',
});
await scenario.runActions(repository, {
  headSha: pull.headSha,
  headBranch: pull.branch,
  jobs: [
    { name: 'format', conclusion: 'failure', log: 'would reformat prices.py\n' },
    { name: 'test', conclusion: 'success', log: '1 passed\n' },
  ],
});
await scenario.label(repository, pull.number, 'python');
await scenario.push(repository, pull.branch, { 'prices.py': 'x = 1\n' });
await scenario.comment(repository, pull.number, '/checkmend why', 'alice');
const forked = await scenario.openPullRequest(repository, {
  fork: 'bob',
  files: { 'stock.py': 'y=1\n' },
  title: 'Add stock',
});
await scenario.runActions(repository, {
  headSha: forked.headSha,
  jobs: [{ name: 'format', conclusion: 'action_required' }],
});
await scenario.close(repository, pull.number);
// The last webhooks are on their way.
await wait(500);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const names = new Map<string, number>();
for (const [index, { event, action, payload, requestHeaders, guid }] of hooks.log.entries()) {
  if (event === 'push') continue;
  const key = action ? `${event}.${action}` : event;
  const count = (names.get(key) ?? 0) + 1;
  names.set(key, count);
  if (count > 2) continue;
  const headers = Object.fromEntries(
    KEPT.map((name) => [name, name === 'x-github-delivery' ? guid : (requestHeaders[name] ?? '')]),
  );
  const file = `${String(index + 1).padStart(2, '0')}-${key}${RECORDING_EXTENSION}`;
  writeFileSync(
    path.join(folder, file),
    formatRecording({ headers, body: Buffer.from(JSON.stringify(payload)) }),
  );
}
// What GitHub sends when an App is made and installed, which the local GitHub is seeded with.
const account = { login: 'acme', id: 5, type: 'Organization' };
const installation = { id: Number(github.app.installationId), account, app_id: Number(github.app.id) };
const listed = { id: 1, name: 'shop', full_name: repository, private: false };
const BY_HAND: Readonly<Record<string, { event: string; payload: object }>> = {
  '00-a-ping': { event: 'ping', payload: { zen: 'Keep it logically awesome.', hook_id: 1 } },
  '00-b-installation.created': {
    event: 'installation',
    payload: { action: 'created', installation, repositories: [listed], sender: account },
  },
  '00-c-installation_repositories.added': {
    event: 'installation_repositories',
    payload: {
      action: 'added',
      installation,
      repositories_added: [listed],
      repositories_removed: [],
      sender: account,
    },
  },
};
for (const [index, [name, { event, payload }]] of Object.entries(BY_HAND).entries()) {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/local',
    'x-github-event': event,
    'x-github-delivery': `0c6cbb8a-0000-4000-8000-00000000000${index}`,
  };
  const recording = { headers, body: Buffer.from(JSON.stringify(payload)) };
  writeFileSync(path.join(folder, name + RECORDING_EXTENSION), formatRecording(recording));
}
writeFileSync(
  path.join(folder, 'README.md'),
  `# Recorded deliveries

One file a delivery, in the order of a short history: a pull request is opened, its format check fails, it is labelled,
pushed to and closed; another comes from a fork. Recorded from the local GitHub of the tests by
\`node scripts/record-fixtures.ts\`; those numbered 00 are written by hand.

A file reads like the HTTP message it was: one \`name: value\` line per header, an empty line, then the body, byte for
byte. Signatures are not kept; \`checkmend replay\` signs with the secret at hand.
`,
);
