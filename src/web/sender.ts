import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Answers who sent a request, as far as that is believed. */
export type SenderOf = (request: IncomingMessage) => string | undefined;

/**
 * The sender's address: that of the connection, or where it is a trusted proxy the last one in `x-forwarded-for`
 * that is none.
 * @param trustedProxies addresses or networks
 */
export function createSenderOf(trustedProxies: readonly string[]): SenderOf {
  const trusted = new BlockList();
  for (const text of trustedProxies) {
    const [address = '', prefix] = text.split('/');
    const family = familyOf(address);
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  return ({ socket, headers }) => {
    const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
    let sender = socket.remoteAddress;
    while (sender && isIP(sender) && trusted.check(sender, familyOf(sender))) {
      const before = forwarded.pop()?.trim();
      if (!before) break;
      sender = before;
    }
    return sender?.slice(0, 100);
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
