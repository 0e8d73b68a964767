import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError, toError } from '../errors.ts';

/** `smee.config.json`: where deliveries come from in development, where they go, and which. */
export interface SmeeConfig {
  /** Address of a channel; one that ends in `/new` makes a new one. */
  source: string;
  /** Where the service listens. */
  target: string;
  /** Names of events; null: all. */
  events: readonly string[] | null;
}

/** What holds without a file. */
export const DEFAULT_SMEE_CONFIG: SmeeConfig = {
  source: 'https://smee.io/new',
  target: 'http://127.0.0.1:3000/api/github/webhooks',
  events: null,
};

const address = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });
const schema = z.strictObject({
  source: address.optional(),
  target: address.optional(),
  events: z.array(z.string()).optional(),
});

/** @throws ConfigError for a file that is no such configuration */
export function readSmeeConfig(file: string): SmeeConfig {
  if (!existsSync(file)) return DEFAULT_SMEE_CONFIG;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw new ConfigError([`${file}: ${toError(thrown).message}`]);
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new ConfigError(
      result.error.issues.map(
        (issue) => `${file}: ${[issue.path.join('.'), issue.message].filter(Boolean).join(' ')}`,
      ),
    );
  }
  const { source, target, events } = result.data;
  return {
    source: source ?? DEFAULT_SMEE_CONFIG.source,
    target: target ?? DEFAULT_SMEE_CONFIG.target,
    events: events ?? null,
  };
}
