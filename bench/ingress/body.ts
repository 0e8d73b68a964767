import { createHmac, randomUUID } from 'node:crypto';
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
    const rest = `x-github-delivery: ${randomUUID()}\r\nx-hub-signature-256: sha256=${signature}\r\n\r\n`;
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
