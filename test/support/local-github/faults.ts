import type { ProxyRequest, Reply } from './http.ts';

/** What goes wrong, for requests that match. */
export interface Fault {
  method?: string;
  path: RegExp;
  /** How often; default until cleared. */
  times?: number;
  /** `drop` cuts the connection; otherwise this is answered. */
  with: 'drop' | Reply;
  /** Let the request through first, and lose the answer: an effect without its acknowledgement. Default false. */
  afterEffect?: boolean;
}

/** Faults that the local GitHub shows on demand. */
export class Faults {
  #faults: Fault[] = [];

  add(fault: Fault): void {
    this.#faults.push({ ...fault });
  }

  clear(): void {
    this.#faults = [];
  }

  /** The fault for a request, counted down, or undefined. */
  take({ method, path }: ProxyRequest): Fault | undefined {
    const fault = this.#faults.find(
      (it) => it.path.test(path) && (it.method === undefined || it.method === method),
    );
    if (fault?.times !== undefined && --fault.times <= 0)
      this.#faults = this.#faults.filter((it) => it !== fault);
    return fault;
  }
}
