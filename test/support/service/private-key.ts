import { generateKeyPairSync } from 'node:crypto';

/** A private key such as an App has, in PEM; made for this run. */
export function privateKey(): string {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString();
}
