import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createSenderOf } from '../../src/web/sender.ts';

/** A request as the server sees it. */
function requestFrom(remoteAddress: string | undefined, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

describe('who sent a request', () => {
  it.each([
    ['nobody is trusted', [], '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    ['the connection is no proxy', ['10.0.0.0/8'], '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    ['one proxy', ['10.0.0.0/8'], '10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['two proxies', ['10.0.0.0/8'], '10.1.2.3', '203.0.113.9, 10.9.9.9', '203.0.113.9'],
    ['what the sender wrote itself', ['10.0.0.1'], '10.0.0.1', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['a proxy that says nothing', ['10.0.0.1'], '10.0.0.1', undefined, '10.0.0.1'],
    ['a proxy that says nothing of use', ['10.0.0.1'], '10.0.0.1', ' , ', '10.0.0.1'],
    ['a proxy that says nonsense', ['10.0.0.1'], '10.0.0.1', 'unknown', 'unknown'],
    ['nobody but proxies', ['10.0.0.0/8'], '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['IPv6', ['fd00::/8', '::1'], '::1', '2001:db8::7, fd00::2', '2001:db8::7'],
    ['IPv6 with a zone', ['fe80::/10'], 'fe80::1%eth0', '203.0.113.9', '203.0.113.9'],
    ['IPv4 on a socket of both', ['127.0.0.1'], '::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['an IPv4 network on a socket of both', ['10.0.0.0/8'], '::ffff:10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['IPv4 outside of it', ['10.0.0.0/8'], '::ffff:11.1.2.3', '203.0.113.9', '::ffff:11.1.2.3'],
    ['a proxy named as such a socket sees it', ['::ffff:10.0.0.1'], '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['a connection that is gone', ['10.0.0.1'], undefined, '203.0.113.9', undefined],
  ])('%s', (_, trusted, remote, forwarded, expected) => {
    expect(createSenderOf(trusted)(requestFrom(remote, forwarded))).toBe(expected);
  });

  it('is no longer than a log line bears', () => {
    const senderOf = createSenderOf(['10.0.0.1']);
    expect(senderOf(requestFrom('10.0.0.1', 'x'.repeat(8000)))).toHaveLength(100);
  });
});
