import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readServiceConfig } from '../../src/config/env.ts';
import type { CreatedApp } from '../../src/github/manifest.ts';
import { leastPermissions } from '../../src/github/permissions.ts';
import { silentLogger } from '../../src/logger.ts';
import { writeEnvFile } from '../../src/service/setup/env-file.ts';
import { githubUrls, registrationUrl } from '../../src/service/setup/github-urls.ts';
import { escapeHtml } from '../../src/service/setup/pages.ts';
import { PULL_HOOK_URL, Setup, type SetupOptions } from '../../src/service/setup/setup.ts';
import { type LocalGitHub, startLocalGitHub } from '../support/github/local-github.ts';
import { run } from '../support/service/command.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const main = path.resolve(import.meta.dirname, '../../src/cli/main.ts');

let owned: AsyncDisposableStack;
let folder: string;
let github: LocalGitHub;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  folder = owned.use(temporaryFolder()).path;
  github = owned.use(await startLocalGitHub({ enterprise: true }));
});
afterEach(() => owned.disposeAsync());

/** What the browser would send when the button is clicked. */
function formOf(html: string): { action: URL; manifest: Record<string, unknown> } {
  const plain = (text = '') =>
    text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
  const action = plain(/action="([^"]+)"/.exec(html)?.[1]);
  const manifest = plain(/name="manifest" value="([^"]+)"/.exec(html)?.[1]);
  return { action: new URL(action), manifest: JSON.parse(manifest) };
}

const web = () => github.url.replace(/\/api\/v3$/, '');

async function start(options: Partial<SetupOptions> = {}): Promise<{ setup: Setup; kept: CreatedApp[] }> {
  const kept: CreatedApp[] = [];
  const setup = await Setup.start({
    github: githubUrls(web()),
    organization: null,
    name: 'mine',
    homepage: 'https://a.test',
    hookUrl: PULL_HOOK_URL,
    port: 0,
    keep: (app) => kept.push(app),
    logger: silentLogger(),
    ...options,
  });
  owned.use(setup);
  return { setup, kept };
}

describe('the manifest flow', () => {
  it('sends the manifest to GitHub, and takes what comes back', async () => {
    const { setup, kept } = await start({ organization: 'acme' });
    const { action, manifest } = formOf(await (await fetch(setup.url)).text());
    expect(action.origin + action.pathname).toBe(`${web()}/organizations/acme/settings/apps/new`);
    expect(manifest).toMatchObject({
      name: 'mine',
      redirect_url: `${setup.url}created`,
      hook_attributes: { url: PULL_HOOK_URL, active: true },
      default_permissions: leastPermissions(),
    });
    const state = action.searchParams.get('state') ?? '';
    const back = await fetch(`${setup.url}created?code=${github.manifestCode()}&state=${state}`);
    expect(back.status).toBe(200);
    expect(await back.text()).toContain('/installations/new');
    const { app } = await setup.created;
    expect(app).toMatchObject({ id: github.app.id, webhookSecret: github.app.webhookSecret });
    expect(kept).toEqual([app]);
  });

  it.each([
    ['another state', (state: string) => `code=CODE&state=${state.slice(1)}x`],
    ['no state', () => 'code=CODE'],
    ['no code', (state: string) => `state=${state}`],
  ])('refuses %s, and asks GitHub for nothing', async (_, query) => {
    const { setup, kept } = await start();
    const { action } = formOf(await (await fetch(setup.url)).text());
    const text = query(action.searchParams.get('state') ?? '').replace('CODE', github.manifestCode());
    expect((await fetch(`${setup.url}created?${text}`)).status).toBe(403);
    expect(github.requests.count()).toBe(0);
    expect(kept).toEqual([]);
  });

  it('says so when the code is old, and ends', async () => {
    const { setup } = await start();
    const { action } = formOf(await (await fetch(setup.url)).text());
    const state = action.searchParams.get('state') ?? '';
    const back = await fetch(`${setup.url}created?code=old&state=${state}`);
    expect([back.status, await back.text()]).toEqual([
      502,
      expect.stringContaining('does not know the code'),
    ]);
    await expect(setup.created).rejects.toMatchObject({ code: 'not_found' });
  });

  it('answers no name but its own, no other path and no other method', async () => {
    const { setup } = await start();
    const other = request(setup.url, { headers: { host: 'evil.test' } }).end();
    const [response] = await once(other, 'response');
    response.resume();
    expect(response.statusCode).toBe(404);
    expect((await fetch(`${setup.url}etc`)).status).toBe(404);
    expect((await fetch(setup.url, { method: 'POST' })).status).toBe(404);
    expect(new URL(setup.url).hostname).toBe('127.0.0.1');
  });

  it('knows when GitHub did not take the webhook address', async () => {
    github.faults.add({ route: 'GET /app/hook/config', status: 200, body: { url: '' } });
    const { setup } = await start();
    const state = formOf(await (await fetch(setup.url)).text()).action.searchParams.get('state');
    await fetch(`${setup.url}created?code=${github.manifestCode()}&state=${state}`);
    expect((await setup.created).hookAccepted).toBe(false);
  });
});

describe('addresses and texts', () => {
  it.each([
    ['https://github.com', 'https://api.github.com'],
    ['https://corp.ghe.com/', 'https://api.corp.ghe.com'],
    ['https://git.corp.test', 'https://git.corp.test/api/v3'],
  ])('the API of %s is at %s', (from, api) => {
    expect(githubUrls(from).api).toBe(api);
  });

  it('nothing breaks out of its place', () => {
    expect(registrationUrl(githubUrls('https://github.com'), 'a/../b?', 's&x')).toBe(
      'https://github.com/organizations/a%2F..%2Fb%3F/settings/apps/new?state=s%26x',
    );
    expect(escapeHtml(`<a href="'&">`)).toBe('&lt;a href=&quot;&#39;&amp;&quot;&gt;');
    expect(() => writeEnvFile(path.join(folder, 'x'), { A: 'a"b' })).toThrow('A: cannot be written');
  });
});

describe('checkmend setup', () => {
  const args = ['setup', '--pull', '--github-url'];

  async function click(child: ReturnType<typeof spawn>): Promise<string> {
    let text = '';
    const stdout = child.stdout;
    if (!stdout) throw new Error('no output');
    for await (const chunk of stdout.setEncoding('utf8')) {
      text += chunk;
      const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(text)?.[0];
      if (!url || text.includes('is created')) continue;
      const state = formOf(await (await fetch(url)).text()).action.searchParams.get('state');
      await fetch(`${url}created?code=${github.manifestCode()}&state=${state}`);
    }
    return text;
  }

  it('writes what the service starts with, for its owner only, and says what is next', async () => {
    const file = path.join(folder, '.env');
    writeFileSync(file, '# mine\nPORT=4000\n\n', { mode: 0o644 });
    const child = spawn(process.execPath, [main, ...args, web()], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const text = await click(child);
    expect(text).toContain(`install it: ${web()}/apps/checkmend/installations/new`);
    expect(text).toContain('checkmend start --pull');
    expect(text).not.toContain(github.app.webhookSecret);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/^# mine\nPORT=4000\nAPP_ID=/);
    const env = parseEnv(readFileSync(file, 'utf8'));
    expect(readServiceConfig(env as Record<string, string>)).toMatchObject({
      appId: github.app.id,
      privateKey: github.app.privateKey.trim(),
      webhookSecrets: [github.app.webhookSecret],
      apiUrl: github.url,
      port: 4000,
    });
    const again = await run([...args, web()], { cwd: folder });
    expect([again.code, again.stderr]).toEqual([
      1,
      expect.stringContaining('APP_ID, PRIVATE_KEY, WEBHOOK_SECRET already'),
    ]);
  });

  it('asks for one place that GitHub delivers to', async () => {
    const expected = [1, expect.stringContaining('--hook-url https://…, or --pull')];
    const neither = await run(['setup'], { cwd: folder });
    expect([neither.code, neither.stderr]).toEqual(expected);
    const both = await run(['setup', '--pull', '--hook-url', 'https://a.test'], { cwd: folder });
    expect([both.code, both.stderr]).toEqual(expected);
  });
});
