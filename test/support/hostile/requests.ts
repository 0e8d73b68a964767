import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findRecordings } from '../../../src/recording/files.ts';
import { randomNumbers } from '../../../src/recording/plan.ts';
import { parseRecording } from '../../../src/recording/recording.ts';
import { mutate } from './mutations.ts';

/** A request that means no good. */
export interface HostileRequest {
  method: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Rightly signed: then the body may fit, else every answer is 4xx. */
  signed: boolean;
  /** Documented answers; of a body that was changed by chance it is not known whether it still fits. */
  expected: readonly number[];
}

type Random = () => number;

const fixtures = path.resolve(import.meta.dirname, '../../../fixtures/webhooks');

/** Event names that are names of something else too. */
const EVENTS = [
  '__proto__',
  'constructor',
  'tostring',
  'valueof',
  'nosuch',
  'hasownproperty',
  'push',
  'star',
];

const TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'multipart/form-data; boundary=x',
  '',
];

/** Makes hostile requests, one after the other; a seed decides all of them. Half are rightly signed. */
export class HostileRequests {
  readonly #random: Random;
  readonly #secret: string;
  readonly #originals = findRecordings([fixtures]).map((file) => parseRecording(readFileSync(file)));
  #count = 0;

  constructor(seed: number, secret: string) {
    this.#random = randomNumbers(seed);
    this.#secret = secret;
  }

  next(): HostileRequest {
    this.#count += 1;
    return this.#count % 2 === 0 ? this.#unsigned() : this.#signed();
  }

  #unsigned(): HostileRequest {
    const { event, body } = this.#original();
    const request = { method: 'POST', headers: headersOf(event), body, signed: false, expected: [401] };
    const { headers } = request;
    switch (this.#pick(9)) {
      case 0:
        break;
      case 1:
        headers['x-hub-signature-256'] = `sha256=${this.#hex(64)}`;
        break;
      case 2:
        headers['x-hub-signature'] = `sha1=${hmac('sha1', this.#secret, body)}`;
        break;
      case 3:
        headers['x-hub-signature-256'] = `sha256=${hmac('sha256', this.#secret, body)}0`;
        break;
      case 4:
        headers['x-hub-signature-256'] = `SHA256=${hmac('sha256', this.#secret, body).toUpperCase()}`;
        break;
      case 5:
        // Rightly signed, and then one byte was changed.
        headers['x-hub-signature-256'] = `sha256=${hmac('sha256', this.#secret, body)}`;
        request.body = Buffer.concat([body, Buffer.from(' ')]);
        break;
      case 6:
        headers['x-hub-signature-256'] = `sha256=${hmac('sha256', '', body)}`;
        break;
      case 7:
        if (this.#random() < 0.5) headers['x-github-event'] = this.#oneOf(['', '\u00ff', 'a b', '../..']);
        else headers['x-github-delivery'] = this.#oneOf(['', '\u00ff', 'a b', 'a'.repeat(129)]);
        request.expected = [400];
        break;
      default:
        request.method = this.#oneOf(['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);
        request.body = Buffer.alloc(0);
        request.expected = [405];
    }
    return request;
  }

  #signed(): HostileRequest {
    const original = this.#original();
    const event = this.#random() < 0.1 ? this.#oneOf(EVENTS) : original.event;
    const body = mutate(original.body, this.#random);
    const headers = headersOf(event);
    if (this.#random() < 0.05) headers['content-type'] = this.#oneOf(TYPES);
    headers['x-hub-signature-256'] = `sha256=${hmac('sha256', this.#secret, body)}`;
    const expected = headers['content-type']?.startsWith('application/json') ? [202, 400] : [415];
    return { method: 'POST', headers, body, signed: true, expected };
  }

  #original(): { event: string; body: Buffer } {
    const { headers, body } = this.#oneOf(this.#originals);
    return { event: headers['x-github-event'] ?? 'ping', body };
  }

  #pick(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #oneOf<Entry>(entries: readonly Entry[]): Entry {
    const entry = entries[this.#pick(entries.length)];
    if (entry === undefined) throw new Error('nothing to choose from');
    return entry;
  }

  #hex(length: number): string {
    return Array.from({ length }, () => this.#pick(16).toString(16)).join('');
  }
}

function headersOf(event: string): Record<string, string> {
  return { 'content-type': 'application/json', 'x-github-event': event, 'x-github-delivery': randomUUID() };
}

function hmac(algorithm: string, secret: string, body: Buffer): string {
  return createHmac(algorithm, secret).update(body).digest('hex');
}
