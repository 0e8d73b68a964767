import { createEmulator, type Emulator as RunningEmulator } from 'emulate';
import { freePort } from '../service/free-port.ts';
import { type ApiRequest, type ApiResponse, type Json, objectOf } from './wire.ts';

/** Headers that go on to the emulator. */
const FORWARDED = ['authorization', 'accept', 'content-type'] as const;

/** Ports are taken at random; a few tries where somebody else took the same one. */
const START_TRIES = 5;

/** The `emulate` package's GitHub: it holds all state that it has a place for. */
export class Emulator {
  readonly #running: RunningEmulator;
  readonly #origin: string;

  private constructor(running: RunningEmulator, origin: string) {
    this.#running = running;
    this.#origin = origin;
  }

  /**
   * @param baseUrl what the addresses in its answers begin with
   * @param seed see the package's README, "GitHub"
   */
  static async start(baseUrl: string, tokens: Record<string, string>, seed: Json): Promise<Emulator> {
    const users = Object.entries(tokens).map(([token, login]) => [token, { login, scopes: ['repo'] }]);
    for (let tries = START_TRIES; ; tries--) {
      const port = await freePort();
      try {
        const running = await createEmulator({
          service: 'github',
          port,
          hostname: '127.0.0.1',
          baseUrl,
          seed: { tokens: Object.fromEntries(users), github: seed },
        });
        return new Emulator(running, `http://127.0.0.1:${port}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries <= 1) throw error;
      }
    }
  }

  /** Hands a request on as it is. */
  async forward(request: ApiRequest): Promise<ApiResponse> {
    const headers: Record<string, string> = {};
    for (const name of FORWARDED) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const query = request.query.size > 0 ? `?${request.query}` : '';
    const response = await fetch(`${this.#origin}${request.path}${query}`, {
      method: request.method,
      headers,
      redirect: 'manual',
      ...(request.body.length > 0 && { body: new Uint8Array(request.body) }),
    });
    const answered: Record<string, string> = {};
    response.headers.forEach((value, name) => {
      if (!HOP_BY_HOP.has(name)) answered[name] = value;
    });
    return { status: response.status, headers: answered, body: Buffer.from(await response.arrayBuffer()) };
  }

  async close(): Promise<void> {
    await this.#running.close();
  }
}

const HOP_BY_HOP = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'keep-alive',
  'transfer-encoding',
]);

/** A refusal of the emulator where a scenario expected none. */
export function mustSucceed(response: ApiResponse, what: string): ApiResponse {
  if (response.status < 400) return response;
  throw new Error(`${what}: ${response.status} ${objectOf(response).message ?? ''}`);
}
