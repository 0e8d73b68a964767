import type { Actions, EmulatedCheckRun } from './actions.ts';
import type { ProxyRequest, Reply } from './http.ts';
import { REPO } from './routes.ts';

/** Paths whose answers hold check runs. */
export const CHECK_RUN_PATHS = new RegExp(`${REPO}/(?:check-runs(?:/\\d+)?|commits/[^/]+/check-runs)$`);

/** The App `github-actions`, as GitHub shows it. */
const ACTIONS_APP = { id: 15368, slug: 'github-actions' };

/** Check runs with the App that made them, which the emulator leaves out. */
export class CheckRunApps {
  readonly #actions: Actions;
  readonly #app: { id: number; slug: string };
  readonly #own = new Set<number>();

  /** @param app the App under test */
  constructor(actions: Actions, app: { id: number; slug: string }) {
    this.#actions = actions;
    this.#app = app;
  }

  /** Ids of the check runs that the App under test has made. */
  get own(): readonly number[] {
    return [...this.#own];
  }

  /** An answer of the emulator with the Apps filled in. */
  rewrite(request: ProxyRequest, reply: Reply): Reply {
    if (reply.status >= 300 || !Buffer.isBuffer(reply.body)) return reply;
    const body = JSON.parse(reply.body.toString('utf8')) as EmulatedCheckRun & {
      check_runs?: EmulatedCheckRun[];
    };
    // Only the App under test comes through the proxy.
    if (request.method === 'POST') this.#own.add(body.id);
    if (body.check_runs)
      return { ...reply, body: { ...body, check_runs: body.check_runs.map((run) => this.#with(run)) } };
    return { ...reply, body: this.#with(body) };
  }

  #with(run: EmulatedCheckRun): EmulatedCheckRun {
    if (this.#own.has(run.id)) return { ...run, app: this.#app };
    return { ...run, app: this.#actions.isJob(run.id) ? ACTIONS_APP : run.app };
  }
}
