import { createHmac, timingSafeEqual } from 'node:crypto';

const FORM = /^sha256=([0-9a-f]{64})$/;

/**
 * Whether `header` (`X-Hub-Signature-256`) is the HMAC-SHA-256 of the raw body under any of the live secrets,
 * compared in constant time. SHA-1 signatures are not accepted.
 * Source: GitHub's "Validating webhook deliveries".
 */
export function isSigned(
  body: Buffer,
  header: string | string[] | undefined,
  secrets: readonly string[],
): boolean {
  const hex = typeof header === 'string' ? FORM.exec(header)?.[1] : undefined;
  if (hex === undefined) return false;
  const given = Buffer.from(hex, 'hex');
  let matched = false;
  // Every secret is tried, so that the time says nothing about which one it was.
  for (const secret of secrets) {
    if (timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given)) matched = true;
  }
  return matched;
}
