import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactRecording } from '../../src/recording/redact.ts';

const redact = (text: string) =>
  redactRecording({ headers: {}, body: Buffer.from(text) }).body.toString('utf8');

describe('a recording is redacted:', () => {
  it('e-mail addresses, the same one alike', () => {
    const body = {
      a: 'Ann <ann@corp.example>',
      b: ['bob@x.test', 'ann@corp.example'],
      c: 'a\nann@corp.example',
    };
    expect(JSON.parse(redact(JSON.stringify(body)))).toEqual({
      a: 'Ann <person-1@redacted.invalid>',
      b: ['person-2@redacted.invalid', 'person-1@redacted.invalid'],
      c: 'a\nperson-1@redacted.invalid',
    });
  });

  it('but not what names nobody', () => {
    const text = '{"a":"1+x@users.noreply.github.com","b":"git@github.com:o/r.git","c":"@octo/app@1.2.3"}';
    expect(redact(text)).toBe(text);
  });

  it('tokens anywhere, and the values of secret keys', () => {
    const token = `ghs_${'a'.repeat(40)}`;
    const body = {
      url: `https://x:${token}@h.test/`,
      client_secret: 'short',
      token: '',
      tokens: 'kept',
      n: { password: 'p' },
    };
    expect(JSON.parse(redact(JSON.stringify(body)))).toEqual({
      url: expect.not.stringContaining(token),
      client_secret: '***',
      token: '',
      tokens: 'kept',
      n: { password: '***' },
    });
  });

  it('signatures and credentials among the headers', () => {
    const headers = {
      'x-github-event': 'ping',
      'x-hub-signature-256': 'sha256=0',
      authorization: 'x',
      cookie: 'y',
    };
    expect(redactRecording({ headers, body: Buffer.from('{}') }).headers).toEqual({
      'x-github-event': 'ping',
    });
  });

  it('everything else stays byte for byte, and JSON stays JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const redacted = redact(text);
        JSON.parse(redacted);
        if (!/@|secret|token|password|gh|eyJ|key|cookie|authorization|sha|:\/\//i.test(text))
          expect(redacted).toBe(text);
      }),
    );
    const odd = '{ "n": 1.0e3,\n\t"big": 12345678901234567890, "u": "\\u00e9\\/" }';
    expect(redact(odd)).toBe(odd);
  });

  it('what is no JSON is redacted as text', () => {
    expect(redact('ann@corp.example wrote')).toBe('person-1@redacted.invalid wrote');
  });

  it('in a time that grows with its length only', () => {
    const startedAt = performance.now();
    redact(`{"a":"${'a'.repeat(500_000)}","b":"${'\\"'.repeat(250_000)}","c":"${'a.'.repeat(250_000)}@"}`);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
