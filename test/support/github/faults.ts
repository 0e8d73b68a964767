import type { ApiRequest, ApiResponse } from './wire.ts';

/** What goes wrong, for which requests, and how often. */
export interface Fault {
  /** `METHOD /path` with `*` for anything within a segment and `**` for the rest; default: every request. */
  readonly route?: string;
  /** Times it happens; default 1, `Infinity` until removed. */
  readonly times?: number;
  /** Answer with this status instead. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Body of that answer; default GitHub's error object. Text is sent as it is. */
  readonly body?: string | object;
  /** Hold the request back until this settles. */
  readonly until?: Promise<unknown>;
  /** Break the connection without an answer. */
  readonly drop?: boolean;
  /** Answer 200 with something that is no JSON. */
  readonly garbage?: boolean;
  /** Let the request take effect first, then go wrong. */
  readonly afterEffect?: boolean;
}

/** What a request has to go through. */
export interface ActiveFault extends Fault {
  left: number;
}

/** The faults that are set. The first that fits a request is used. */
export class Faults {
  readonly #active = new Set<ActiveFault>();

  /** Sets a fault; the answer removes it. */
  add(fault: Fault): { remove(): void; readonly left: number } {
    const active: ActiveFault = { ...fault, left: fault.times ?? 1 };
    this.#active.add(active);
    return {
      remove: () => this.#active.delete(active),
      get left() {
        return active.left;
      },
    };
  }

  clear(): void {
    this.#active.clear();
  }

  /** The fault for this request, used up by one. */
  take(request: ApiRequest): ActiveFault | null {
    for (const fault of this.#active) {
      if (fault.left <= 0 || !matchesRoute(fault.route ?? '* **', request)) continue;
      fault.left -= 1;
      return fault;
    }
    return null;
  }
}

/** Answer of a fault, `drop` for a broken connection, null where it only held the request back. */
export function answerOf(fault: Fault): ApiResponse | 'drop' | null {
  if (fault.drop) return 'drop';
  if (fault.garbage) {
    return { status: 200, headers: { 'content-type': 'text/html' }, body: Buffer.from('<html>?') };
  }
  if (fault.status === undefined) return null;
  const body =
    typeof fault.body === 'string'
      ? fault.body
      : JSON.stringify(fault.body ?? { message: `status ${fault.status}`, status: String(fault.status) });
  const type = typeof fault.body === 'string' ? 'text/plain' : 'application/json; charset=utf-8';
  return {
    status: fault.status,
    headers: { 'content-type': type, ...fault.headers },
    body: Buffer.from(body),
  };
}

/** Does `METHOD /pattern` fit? Placeholders in braces stand for one segment too. */
export function matchesRoute(route: string, { method, path }: { method: string; path: string }): boolean {
  const [wanted = '*', pattern = '**'] = route.split(' ', 2);
  if (wanted !== '*' && wanted !== method) return false;
  const source = pattern
    .replace(/\{[^}]+\}/g, '*')
    .replace(/[.+?^$()[\]\\|]/g, '\\$&')
    .replace(/\*\*|\*/g, (star) => (star === '**' ? '.*' : '[^/]+'));
  return new RegExp(`^${source}$`).test(path);
}
