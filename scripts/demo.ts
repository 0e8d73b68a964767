import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/clock.ts';
import { type Resources, runUntilSignal } from '../src/lifecycle.ts';
import { createLogger } from '../src/logger.ts';
import { DATABASE_FILE } from '../src/service/state.ts';
import { openSqliteStore } from '../src/store/sqlite-store.ts';
import { startLocalGitHub } from '../test/support/github/local-github.ts';
import { freePort } from '../test/support/service/free-port.ts';
import { ServiceProcess } from '../test/support/service/service-process.ts';
import { narrator } from './demo/narrator.ts';
import { play } from './demo/play.ts';
import { POLICY, STORIES } from './demo/stories.ts';

/**
 * What a newcomer sees first: a local GitHub, the real service as its own process, and three pull requests whose
 * checks fail. With `--once` it ends after them: 0 if and only if all ended as they should.
 */
const { once } = parseArgs({ options: { once: { type: 'boolean', default: false } } }).values;
const finished = new AbortController();
let allEnded = false;

async function start(resources: Resources, stopping: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([finished.signal, stopping]);
  const dataDir = resources.hold('data', mkdtempSync(path.join(tmpdir(), 'checkmend-demo-')), (it) =>
    rmSync(it, { recursive: true, force: true }),
  );
  const github = resources.hold('GitHub', await startLocalGitHub(), (it) => it.close());
  const { id: appId, privateKey, webhookSecret } = github.app;
  const settings = { apiUrl: github.url, appId, privateKey, webhookSecret, port: await freePort(), dataDir };
  const service = resources.hold('service', await ServiceProcess.start(settings), async (it) => {
    await it.end();
  });
  github.hooks.setTarget(service.webhookUrl);
  narrator.opening(github.url, service.url, service.pid);
  const store = await openSqliteStore({ path: path.join(dataDir, DATABASE_FILE), clock: systemClock });
  resources.hold('store', store, (it) => it.close());
  const repository = 'acme/shop';
  await github.scenario.createRepository(repository, { files: { '.github/checkmend.yml': POLICY } });
  allEnded = true;
  for (const story of STORIES) {
    const ended = await play(story, { github, store, repository, signal });
    if (stopping.aborted) return;
    allEnded &&= ended;
  }
  if (once) finished.abort();
  else narrator.closing(whereToLook(github.url, service.url, dataDir, repository));
}

function whereToLook(githubUrl: string, serviceUrl: string, dataDir: string, repository: string): string[] {
  return [
    'Everything stays up until Ctrl-C. Where to look:',
    `  curl ${githubUrl}/repos/${repository}/pulls`,
    `  curl ${serviceUrl}/readyz`,
    `  DATA_DIR=${dataDir} npm run -s checkmend -- status`,
    `  DATA_DIR=${dataDir} npm run -s checkmend -- why ${repository}#1`,
  ];
}

const logger = createLogger({ level: 'fatal', destination: process.stderr });
const exitCode = await runUntilSignal(start, { logger, signal: finished.signal, deadlineMs: 10_000 });
process.exitCode = once && exitCode === 0 && !allEnded ? 1 : exitCode;
