import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import { ConfigError, codeOf } from '../errors.ts';
import { nearest } from './nearest.ts';

/** `off` and `shadow` override the policy of every repository; `policy` leaves it to each. */
export type ModeOverride = 'off' | 'shadow' | 'policy';

/** Where state is kept and how the process talks: what every command needs. */
export interface BaseConfig {
  /** Folder of the SQLite file; created when missing. `DATA_DIR`, default `./data`. */
  readonly dataDir: string;
  /** `REDIS_URL`; null: the SQLite queue in `dataDir`. */
  readonly redisUrl: string | null;
  /** `LOG_LEVEL`: `trace | debug | info | warn | error | fatal | silent`; default `info`. */
  readonly logLevel: string;
}

/** Configuration of the service; validated once, frozen, passed in. */
export interface ServiceConfig extends BaseConfig {
  /** `APP_ID`: the App's numeric id. */
  readonly appId: string;
  /** `PRIVATE_KEY` (PEM, `\n` allowed as two characters, or base64 of it) or the file `PRIVATE_KEY_PATH`. */
  readonly privateKey: string;
  /** `WEBHOOK_SECRET`, comma-separated for rotation; at least one. There is no default. */
  readonly webhookSecrets: readonly string[];
  /** `GITHUB_API_URL`; default `https://api.github.com`. GitHub Enterprise Server: `https://HOST/api/v3`. */
  readonly apiUrl: string;
  /** `GITHUB_WRITES_PER_MINUTE`: 1..10000, default 64, per installation over all processes; an hour's are 6.25 times as many. */
  readonly writesPerMinute: number;
  /** `PORT`: 0..65535, default 3000; 0 takes a free one. */
  readonly port: number;
  /** `HOST`: address to listen on; default `127.0.0.1`. */
  readonly host: string;
  /** `CHECKMEND_MODE`. */
  readonly mode: ModeOverride;
  /** `WEBHOOK_PROXY_URL`: a smee channel that deliveries are taken from; null: none. For development. */
  readonly webhookProxy: WebhookProxy | null;
  /** `RECORD_DIR`: folder that each delivery is written to as a recording, redacted; null: none is. */
  readonly recordDir: string | null;
  /** `TRUSTED_PROXIES`: comma-separated addresses or networks whose `x-forwarded-for` is believed; default none. */
  readonly trustedProxies: readonly string[];
}

/** A smee channel. */
export interface WebhookProxy {
  readonly url: string;
  /** Names of the events that are passed on; null: all. */
  readonly events: readonly string[] | null;
}

/** Environment variables that the service reads; anything else that starts with `CHECKMEND_` is a mistake. */
const OWN_VARIABLES = ['CHECKMEND_MODE'];

const HOW_TO_GET: Readonly<Record<string, string>> = {
  APP_ID: 'the number under "App ID" on the settings page of your GitHub App',
  PRIVATE_KEY:
    'the PEM text of a private key of the App ("Generate a private key"), or PRIVATE_KEY_PATH, the file that holds it',
  WEBHOOK_SECRET: 'the secret that you typed in under "Webhook secret" on the settings page of the App',
};

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const baseSchema = z.object({
  DATA_DIR: z.string().default('data'),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' }).optional(),
  LOG_LEVEL: z.enum(LEVELS, `must be one of ${LEVELS.join(', ')}`).default('info'),
});

/** Decimal digits, nothing else: `0x50` and `1e3` are mistakes. */
function wholeNumber(min: number, max: number) {
  const error = `must be an integer of ${min}..${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .pipe(z.number().min(min, error).max(max, error));
}

const serviceSchema = baseSchema.extend({
  APP_ID: z.string().regex(/^\d{1,15}$/, 'must be a number'),
  PRIVATE_KEY: z.string().optional(),
  PRIVATE_KEY_PATH: z.string().optional(),
  WEBHOOK_SECRET: z.string(),
  GITHUB_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
    .default('https://api.github.com'),
  GITHUB_WRITES_PER_MINUTE: wholeNumber(1, 10_000).default(64),
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  CHECKMEND_MODE: z.enum(['off', 'shadow'], 'must be off or shadow').optional(),
  WEBHOOK_PROXY_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  RECORD_DIR: z.string().optional(),
  TRUSTED_PROXIES: z
    .string()
    .refine((text) => listOf(text).every(isNetwork), 'must be addresses or networks, comma-separated')
    .default(''),
  DATABASE_URL: z.undefined('is not supported: the store is the SQLite file in DATA_DIR').optional(),
});

/** Environment as the process has it; empty values count as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads what a command that only looks at state needs.
 * @throws ConfigError listing every problem
 */
export function readBaseConfig(env: Environment): BaseConfig {
  const problems: string[] = [];
  const values = parse(baseSchema, env, problems);
  if (!values || problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(baseOf(values));
}

/**
 * Reads the service's configuration.
 * @throws ConfigError listing everything that is missing and how to get it, and everything that is wrong
 */
export function readServiceConfig(env: Environment): ServiceConfig {
  const problems = unknownVariables(env);
  const values = parse(serviceSchema, env, problems);
  const privateKey = readPrivateKey(env, problems);
  const webhookSecrets = listOf(env.WEBHOOK_SECRET ?? '');
  if (env.WEBHOOK_SECRET && webhookSecrets.length === 0) problems.push(missing('WEBHOOK_SECRET'));
  if (!values || problems.length > 0 || privateKey === null) throw new ConfigError(problems);
  return Object.freeze({
    ...baseOf(values),
    appId: values.APP_ID,
    privateKey,
    webhookSecrets: Object.freeze(webhookSecrets),
    apiUrl: values.GITHUB_API_URL.replace(/\/+$/, ''),
    writesPerMinute: values.GITHUB_WRITES_PER_MINUTE,
    port: values.PORT,
    host: values.HOST,
    mode: values.CHECKMEND_MODE ?? 'policy',
    webhookProxy: values.WEBHOOK_PROXY_URL ? { url: values.WEBHOOK_PROXY_URL, events: null } : null,
    recordDir: values.RECORD_DIR ? path.resolve(values.RECORD_DIR) : null,
    trustedProxies: listOf(values.TRUSTED_PROXIES),
  });
}

function baseOf(values: z.infer<typeof baseSchema>): BaseConfig {
  return {
    dataDir: path.resolve(values.DATA_DIR),
    redisUrl: values.REDIS_URL ?? null,
    logLevel: values.LOG_LEVEL,
  };
}

/** `10.0.0.1`, `10.0.0.0/8`, `::1`, `fd00::/8`. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  return isIP(address) !== 0 && isPrefix && rest.length === 0;
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  env: Environment,
  problems: string[],
): z.infer<Schema> | null {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const name = String(issue.path[0]);
    problems.push(set[name] === undefined ? missing(name) : `${name}: ${issue.message}`);
  }
  return null;
}

function missing(name: string): string {
  const how = HOW_TO_GET[name];
  return how ? `${name} is missing: ${how}` : `${name} is missing`;
}

function readPrivateKey(env: Environment, problems: string[]): string | null {
  if (env.PRIVATE_KEY) return decodeKey('PRIVATE_KEY', env.PRIVATE_KEY, problems);
  if (!env.PRIVATE_KEY_PATH) {
    problems.push(missing('PRIVATE_KEY'));
    return null;
  }
  try {
    return decodeKey('PRIVATE_KEY_PATH', readFileSync(env.PRIVATE_KEY_PATH, 'utf8'), problems);
  } catch (thrown) {
    // The path is not shown: it may be the key itself.
    const why = env.PRIVATE_KEY_PATH.includes('-----BEGIN')
      ? 'holds a key, not a path'
      : `cannot be read (${codeOf(thrown)})`;
    problems.push(`PRIVATE_KEY_PATH: ${why}`);
    return null;
  }
}

function decodeKey(name: string, text: string, problems: string[]): string | null {
  const plain = text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8');
  const pem = plain.replaceAll('\\n', '\n');
  try {
    if (createPrivateKey(pem).asymmetricKeyType === 'rsa') return pem;
  } catch {
    // Said below; what the library says of it may quote the key.
  }
  problems.push(`${name}: is not a PEM private key of a GitHub App (RSA)`);
  return null;
}

function unknownVariables(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('CHECKMEND_') && !OWN_VARIABLES.includes(name))
    .map((name) => `${name} is not a known variable: did you mean ${nearest(name, OWN_VARIABLES)}?`);
}
