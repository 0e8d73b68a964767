import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { type Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { ConfigError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { namesInEnvFile, writeEnvFile } from '../service/setup/env-file.ts';
import { githubUrls } from '../service/setup/github-urls.ts';
import { PULL_HOOK_URL, Setup, type SetupResult } from '../service/setup/setup.ts';
import { WEBHOOK_PATH } from '../web/app.ts';

/** Variables that the App's identity is kept in. */
const IDENTITY = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'];

const HOMEPAGE = 'https://www.npmjs.com/package/checkmend';

/** `checkmend setup`: creates the GitHub App and writes `.env`. */
export function registerSetup(program: Command): void {
  program
    .command('setup')
    .description('create the GitHub App with one click, and write its identity to .env')
    .option('--hook-url <url>', 'https address under which GitHub reaches the service', parseUrl)
    .option('--pull', 'for "start --pull": no address is needed')
    .option('--org <login>', 'organisation that is to own the App; default you', parseLogin)
    .option(
      '--name <name>',
      'name of the App, unique on GitHub; default checkmend and some letters',
      parseName,
    )
    .option('--github-url <url>', 'address of a GitHub Enterprise Server', parseUrl, 'https://github.com')
    .option('--port <n>', 'port of the page on 127.0.0.1, 0 = any that is free', parsePort, 0)
    .option('--env-file <file>', 'file to write to', '.env')
    .option('--force', 'replace the App that the file names')
    .action(async ({ hookUrl, pull = false, org, name, githubUrl, port, envFile, force = false }) => {
      if (pull === (hookUrl !== undefined)) {
        throw new ConfigError([
          'say where GitHub reaches the service: --hook-url https://…, or --pull for nowhere',
        ]);
      }
      const there = namesInEnvFile(envFile, IDENTITY);
      if (there.length > 0 && !force) {
        throw new ConfigError([`${envFile} has ${there.join(', ')} already: --force replaces them`]);
      }
      // GitHub tells the secrets once: better to know now that they cannot be kept.
      accessSync(path.dirname(path.resolve(envFile)), constants.W_OK);
      const github = githubUrls(githubUrl);
      const logger = createLogger({ level: 'fatal', destination: process.stderr });
      await using setup = await Setup.start({
        github,
        organization: org ?? null,
        name: name ?? `checkmend-${randomBytes(3).toString('hex')}`,
        homepage: HOMEPAGE,
        hookUrl: hookUrl === undefined ? PULL_HOOK_URL : withPath(hookUrl),
        port,
        keep: ({ id, privateKey, webhookSecret }) =>
          writeEnvFile(envFile, {
            APP_ID: id,
            PRIVATE_KEY: privateKey,
            WEBHOOK_SECRET: webhookSecret,
            ...(github.api !== 'https://api.github.com' && { GITHUB_API_URL: github.api }),
          }),
        logger,
      });
      process.stdout.write(`Open this page and click the button:\n\n  ${setup.url}\n\n`);
      process.stdout.write(next(await setup.created, path.resolve(envFile), pull));
    });
}

function next({ app, hookAccepted }: SetupResult, file: string, pull: boolean): string {
  const lines = [
    `The App ${app.slug} is created; its identity is in ${file} (only you can read it). Next:`,
    `  1. install it: ${app.url}/installations/new`,
    `  2. start the service: checkmend start${pull ? ' --pull' : ''}`,
    '  3. to let it commit, put .github/checkmend.yml on the default branch: "mode: fix"',
  ];
  if (hookAccepted === false) {
    lines.push(
      'GitHub has not taken the webhook address. Set one on the page of the App, and leave the webhook active:',
      'without an address GitHub keeps no deliveries, and there is nothing to read.',
    );
  }
  return `${lines.join('\n')}\n`;
}

/** A bare host is given the path that the service takes deliveries at. */
function withPath(text: string): string {
  const url = new URL(text);
  if (url.pathname === '/') url.pathname = WEBHOOK_PATH;
  return url.href;
}

function parseUrl(text: string): string {
  const isWeb = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  if (!isWeb) throw new InvalidArgumentError('must be an http(s) address');
  return text;
}

function parseLogin(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/.test(text)) throw new InvalidArgumentError('is no login');
  return text;
}

function parseName(text: string): string {
  if (text.length < 1 || text.length > 34) throw new InvalidArgumentError('must have 1..34 characters');
  return text;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('must be 0..65535');
  return port;
}
