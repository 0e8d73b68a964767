import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toError } from '../../errors.ts';
import { isStatus } from '../../github/errors.ts';
import { appManifest, type CreatedApp, convertManifest, readHookUrl } from '../../github/manifest.ts';
import type { Logger } from '../../logger.ts';
import { HttpServer } from '../../web/server.ts';
import { type GitHubUrls, registrationUrl } from './github-urls.ts';
import { createPage, resultPage } from './pages.ts';

/** An address that can belong to nobody. Source: RFC 2606, section 2. */
export const PULL_HOOK_URL = 'https://checkmend.invalid/api/github/webhooks';

/** Options of {@link Setup.start}. */
export interface SetupOptions {
  github: GitHubUrls;
  /** Login of the organisation that owns the App; null: the person who clicks. */
  organization: string | null;
  name: string;
  homepage: string;
  hookUrl: string;
  /** 0..65535; 0 takes a free one. */
  port: number;
  /** Keeps the App's secrets: GitHub tells them once. */
  keep: (app: CreatedApp) => void;
  logger: Logger;
}

/** An App that was made. */
export interface SetupResult {
  app: CreatedApp;
  /** False: GitHub has another address than `hookUrl`. Null: it does not say. */
  hookAccepted: boolean | null;
}

/**
 * The manifest flow on a page of this machine: one button, and GitHub sends the browser back with a code for the
 * App's secrets. The server listens on 127.0.0.1 only and takes a code only with the state that it gave out.
 */
export class Setup implements AsyncDisposable {
  readonly created: Promise<SetupResult>;
  readonly #options: SetupOptions;
  readonly #state = randomBytes(32).toString('base64url');
  readonly #settled = Promise.withResolvers<SetupResult>();
  #server: HttpServer | undefined;
  #converting = false;

  private constructor(options: SetupOptions) {
    this.#options = options;
    this.created = this.#settled.promise;
    // Whoever does not wait for it learns of a failure from the page.
    this.created.catch(() => undefined);
  }

  /** @throws a system error when the port is taken */
  static async start(options: SetupOptions): Promise<Setup> {
    const setup = new Setup(options);
    const { port } = options;
    setup.#server = await HttpServer.listen((request, response) => void setup.#answer(request, response), {
      host: '127.0.0.1',
      port,
    });
    return setup;
  }

  /** The page to open in a browser. */
  get url(): string {
    return `http://127.0.0.1:${this.#server?.port ?? 0}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close(1000);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    // Another name that leads here would be a page of somebody else's.
    const ours = request.headers.host === new URL(this.url).host;
    const { code, html } =
      request.method !== 'GET' || !ours
        ? { code: 404, html: resultPage('Not found', []) }
        : url.pathname === '/'
          ? { code: 200, html: this.#createPage() }
          : url.pathname === '/created'
            ? await this.#convert(url.searchParams)
            : { code: 404, html: resultPage('Not found', []) };
    response.writeHead(code, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; form-action ${this.#options.github.web}; frame-ancestors 'none'`,
      connection: 'close',
    });
    response.end(html);
  }

  #createPage(): string {
    const { github, organization, name, homepage, hookUrl } = this.#options;
    const redirectUrl = `${this.url}created`;
    const manifest = appManifest({ name, url: homepage, hookUrl, redirectUrl });
    const notes =
      hookUrl === PULL_HOOK_URL
        ? [
            `The webhook goes to ${PULL_HOOK_URL}, an address that belongs to nobody: GitHub keeps its deliveries, and they are read from its API.`,
            'Should GitHub refuse that address, start again with --hook-url and any https address of yours.',
          ]
        : [`GitHub will deliver to ${hookUrl}.`];
    return createPage({ action: registrationUrl(github, organization, this.#state), manifest, notes });
  }

  async #convert(query: URLSearchParams): Promise<{ code: number; html: string }> {
    const code = query.get('code') ?? '';
    if (!isSame(query.get('state') ?? '', this.#state) || code === '' || this.#converting) {
      const sentence =
        'This is not the answer to the page that checkmend setup has opened. Nothing was done.';
      return { code: 403, html: resultPage('Refused', [sentence]) };
    }
    this.#converting = true;
    const { github, hookUrl, keep, logger } = this.#options;
    try {
      const app = await convertManifest(code, github.api, logger);
      keep(app);
      const accepted = await readHookUrl(app, github.api, logger);
      this.#settled.resolve({ app, hookAccepted: accepted === null ? null : accepted === hookUrl });
      const sentences = [
        `The App ${app.slug} is there, and its secrets are on this machine only.`,
        'Install it on the repositories that it is to look after; right after its creation the page may not be found for some seconds.',
      ];
      const link = { href: `${app.url}/installations/new`, text: `Install ${app.slug}` };
      return { code: 200, html: resultPage('The App is created', sentences, link) };
    } catch (thrown) {
      this.#converting = false;
      const error = toError(thrown);
      logger.error({ err: error }, 'the App could not be created');
      const why = isStatus(error, 'not_found')
        ? 'GitHub does not know the code any more: it is good once, for an hour. Start again.'
        : `It failed: ${error.message}`;
      if (isStatus(error, 'not_found')) this.#settled.reject(error);
      return { code: 502, html: resultPage('The App was not created', [why]) };
    }
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
