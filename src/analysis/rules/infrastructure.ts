import type { Rule } from './rule.ts';

/** What all rules of this family have in common. */
const lost = { category: 'infrastructure', tool: null, transient: true, overridesPatch: true } as const;

/** The machine, the network or a service failed, not the change. Sources: messages of the Actions runner, curl, npm, pip, Docker. */
export const INFRASTRUCTURE: readonly Rule[] = [
  {
    ...lost,
    id: 'infrastructure.runner-shutdown',
    literals: ['The runner has received a shutdown signal'],
    pattern: /The runner has received a shutdown signal/,
    weight: 95,
    confidence: 0.97,
    summary: 'The runner was shut down while the job ran',
  },
  {
    ...lost,
    id: 'infrastructure.runner-lost',
    literals: ['lost communication with the server'],
    pattern: /runner\b.{0,300}lost communication with the server/,
    weight: 95,
    confidence: 0.97,
    summary: 'The runner lost its connection to the server',
  },
  {
    ...lost,
    id: 'infrastructure.disk-full',
    literals: ['No space left on device', 'ENOSPC'],
    pattern: /No space left on device|\bENOSPC\b/,
    weight: 85,
    confidence: 0.93,
    summary: 'The disk of the runner was full',
  },
  {
    ...lost,
    id: 'infrastructure.out-of-memory',
    literals: ['exit code 137', 'JavaScript heap out of memory', 'Out of memory: Kill'],
    pattern: /exit code 137\b|JavaScript heap out of memory|Out of memory: Kill/,
    weight: 72,
    confidence: 0.75,
    transient: false,
    summary: 'The job ran out of memory',
  },
  {
    ...lost,
    id: 'infrastructure.dns',
    literals: [
      'Could not resolve host',
      'Temporary failure in name resolution',
      'getaddrinfo E',
      'Name or service not known',
    ],
    pattern:
      /Could not resolve host|Temporary failure in name resolution|getaddrinfo E(?:AI_AGAIN|NOTFOUND)|Name or service not known/,
    weight: 70,
    confidence: 0.9,
    summary: 'A host name could not be resolved',
  },
  {
    ...lost,
    id: 'infrastructure.connection',
    literals: [
      'ECONNRESET',
      'ETIMEDOUT',
      'Connection reset by peer',
      'Connection timed out',
      'TLS handshake timeout',
    ],
    pattern: /\b(?:ECONNRESET|ETIMEDOUT)\b|Connection (?:reset by peer|timed out)|TLS handshake timeout/,
    weight: 45,
    confidence: 0.75,
    summary: 'A network connection broke',
  },
  {
    ...lost,
    id: 'infrastructure.registry-error',
    literals: ['502 Bad Gateway', '503 Service Unavailable', '504 Gateway', 'returned error: 50'],
    pattern: /\b50[234] (?:Bad Gateway|Service Unavailable|Gateway Time-?out)|returned error: 50\d\b/,
    weight: 55,
    confidence: 0.85,
    summary: 'A server that the job depends on answered with an error of its own',
  },
  {
    ...lost,
    id: 'infrastructure.rate-limit',
    literals: ['toomanyrequests', '429 Too Many Requests', 'API rate limit exceeded'],
    pattern: /\btoomanyrequests\b|429 Too Many Requests|API rate limit exceeded/,
    weight: 60,
    confidence: 0.88,
    summary: 'A service refused the job because of a rate limit',
  },
];
