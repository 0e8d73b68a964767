import { redactSecrets } from '../logger.ts';
import type { Recording } from './recording.ts';

/** A string of JSON, with the key before it where it is the value of one. Each character is looked at twice at most. */
const STRING = /("(?:[^"\\]|\\.)*")(\s*:\s*)?/g;

/** Keys whose value is a secret, whatever it looks like. */
const SECRET_KEY =
  /^(?:.{0,40}_)?(?:token|secret|password|passphrase|private_key|api_key|authorization|cookie)$/i;

const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}[\p{L}\p{N}-]{1,62}/gu;

/** Addresses of GitHub's own that name nobody. */
const NOBODY = /@(?:users\.noreply\.|noreply\.|redacted\.invalid$)|^noreply@|^git@/;

/** Headers that carry no fact about the delivery but one about who may send it. */
const SECRET_HEADER = /signature|authorization|cookie|token|secret/;

/**
 * The same delivery without secrets and e-mail addresses. Whatever else the body holds stays as it came, byte for
 * byte; the same address is the same stand-in within one body. A body that is no JSON is redacted as text.
 */
export function redactRecording({ headers, body }: Recording): Recording {
  const kept = Object.entries(headers).filter(([name]) => !SECRET_HEADER.test(name));
  const text = body.toString('utf8');
  const people = new Map<string, string>();
  const redacted = isJson(text) ? redactJson(text, people) : redactText(text, people);
  return {
    headers: Object.fromEntries(kept.map(([name, value]) => [name, redactSecrets(value)])),
    body: redacted === text ? body : Buffer.from(redacted),
  };
}

function redactJson(text: string, people: Map<string, string>): string {
  let key: string | null = null;
  return text.replace(STRING, (match, literal: string, colon: string | undefined, offset: number) => {
    const value = JSON.parse(literal) as string;
    if (colon !== undefined) {
      key = value;
      return rewritten(literal, value, redactText(value, people)) + colon;
    }
    const isValue = key !== null && endsInColon(text, offset);
    const isSecret = isValue && value !== '' && SECRET_KEY.test(key ?? '');
    return rewritten(match, value, isSecret ? '***' : redactText(value, people));
  });
}

/** Whether what comes before is the colon of a key. */
function endsInColon(text: string, offset: number): boolean {
  let index = offset - 1;
  while (index >= 0 && /\s/.test(text.charAt(index))) index -= 1;
  return text.charAt(index) === ':';
}

function rewritten(literal: string, value: string, redacted: string): string {
  return redacted === value ? literal : JSON.stringify(redacted);
}

function redactText(text: string, people: Map<string, string>): string {
  return redactSecrets(text).replace(EMAIL, (address) => {
    if (NOBODY.test(address)) return address;
    const known = people.get(address) ?? `person-${people.size + 1}@redacted.invalid`;
    people.set(address, known);
    return known;
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
