import { createHmac, randomBytes } from 'node:crypto';
import examples from '@octokit/webhooks-examples' with { type: 'json' };

/** Digits of the id of a check run. */
const ID_DIGITS = 12;
const FIRST_ID = 100_000_000_000;

/** Makes `check_run.completed` deliveries that differ in their ids, as bytes of an HTTP request. */
export class Deliveries {
  readonly #secret: string;
  readonly #head: string;
  readonly #body: Buffer;
  readonly #idAt: number;
  /** Signatures made ahead, of those that come next. */
  #signatures: string[] = [];
  #count = 0;

  /** @param target where they are posted to */
  constructor(target: URL, secret: string) {
    this.#secret = secret;
    const text = bodyText();
    this.#body = Buffer.from(text);
    this.#idAt = text.indexOf(String(FIRST_ID));
    this.#head = [
      `POST ${target.pathname} HTTP/1.1`,
      `host: ${target.host}`,
      'content-type: application/json',
      'user-agent: GitHub-Hookshot/bench',
      'x-github-event: check_run',
      `content-length: ${this.#body.length}`,
      'x-github-hook-id: 1',
      '',
    ].join('\r\n');
  }

  /** Size of a body. */
  get bytes(): number {
    return this.#body.length;
  }

  /** Signs so many ahead, so that a load costs little beside the server that it is for. */
  prepare(count: number): void {
    this.#signatures = Array.from({ length: count }, (_, n) => this.#sign(this.#count + n)).reverse();
  }

  next(): Buffer {
    const n = this.#count++;
    const signature = this.#signatures.pop() ?? this.#sign(n);
    this.#write(n);
    const rest = `x-github-delivery: ${deliveryId(n)}\r\nx-hub-signature-256: sha256=${signature}\r\n\r\n`;
    return Buffer.concat([Buffer.from(this.#head + rest, 'latin1'), this.#body]);
  }

  #sign(n: number): string {
    this.#write(n);
    return createHmac('sha256', this.#secret).update(this.#body).digest('hex');
  }

  #write(n: number): void {
    this.#body.write(String(FIRST_ID + n).padStart(ID_DIGITS, '0'), this.#idAt, 'latin1');
  }
}

/** Intervals of 100 ns between the beginning of the Gregorian calendar and that of Unix time. Source: RFC 9562, 5.1. */
const GREGORIAN = 0x01b21dd213814000n;
const NODE = randomBytes(8).toString('hex');

/** The n-th delivery id, as GitHub makes them: UUIDs of version 1, by time. Source: "Webhook events and payloads". */
function deliveryId(n: number): string {
  const time = BigInt(Date.now()) * 10_000n + BigInt(n % 10_000) + GREGORIAN;
  const hex = time.toString(16).padStart(15, '0');
  return `${hex.slice(7)}-${hex.slice(3, 7)}-1${hex.slice(0, 3)}-${NODE.slice(0, 4)}-${NODE.slice(4)}`;
}

/** GitHub's own example of a run that has failed; only its ids are ours. */
function bodyText(): string {
  const example = (examples as unknown as { name: string; examples: CheckRunExample[] }[])
    .find(({ name }) => name === 'check_run')
    ?.examples.find(({ action }) => action === 'completed');
  if (!example) throw new Error('there is no example of check_run.completed');
  const check_run = { ...example.check_run, id: FIRST_ID, conclusion: 'failure', status: 'completed' };
  return JSON.stringify({ ...example, check_run, installation: { id: 2, node_id: 'MDIz' } });
}

interface CheckRunExample {
  action: string;
  check_run: object;
}
