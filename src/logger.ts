import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

/** A pino logger: structured lines, with the fields of its `child` loggers. */
export type Logger = PinoLogger;

/** What must never be printed, whatever object it hides in. */
const REDACTED_PATHS = ['token', 'secret', 'privateKey', 'authorization', 'password', 'signature'].flatMap(
  (key) => [key, `*.${key}`, `*.*.${key}`],
);

/**
 * Tokens of GitHub in any text: classic prefixes, fine-grained ones, and the stateless `ghs_<app>_<jwt>` form
 * of 2026 (its characters include `.`, `_` and `-`), JWTs, PEM blocks and credentials in URLs.
 */
const SECRET_PATTERNS: readonly RegExp[] = [
  /\b(?:gh[opusr]_|github_pat_)[A-Za-z0-9._-]{20,}/g,
  // Other services' tokens, by the prefixes that they give them so that they are found.
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\b(?:npm_|glpat-|xox[abeoprs]-|sk-|sk_live_|rk_live_|pypi-|hf_|dop_v1_|AIza|SG\.)[A-Za-z0-9._-]{20,}/g,
  /(?<=\bauthorization\b['"]?\s{0,3}[:=]\s{0,3}['"]?(?:basic |bearer |token )?)[A-Za-z0-9._~+/=-]{8,}/gi,
  /(?<=\bbearer )[A-Za-z0-9._~+/=-]{20,}/gi,
  /\beyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000}/g,
  // One that was cut ends where its alphabet does, so that a line of JSON stays one.
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[\w+/=:,\s-]|\\[nr]){0,8000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|(?![\w+/=:,\s-]|\\[nr]))/g,
  /\b(?:sha1|sha256)=[0-9a-f]{40,64}\b/g,
  /(?<=:\/\/[^/\s:@]{0,100}:)[^/\s]{1,200}(?=@)/g,
];

/** `text` with everything that looks like a token, key, signature or URL password replaced by `***`. */
export function redactSecrets(text: string): string {
  let clean = text;
  for (const pattern of SECRET_PATTERNS) clean = clean.replace(pattern, '***');
  return clean;
}

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** pino level name; default `info`. */
  level?: string;
  /** Where lines go; default standard output. */
  destination?: DestinationStream;
}

/** The service's logger: JSON lines, secrets redacted by key and by pattern. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const settings = {
    level: options.level ?? 'info',
    redact: { paths: REDACTED_PATHS, censor: '***' },
    hooks: { streamWrite: redactSecrets },
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}

/** A logger that writes nothing; the default of library parts. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
