import { z } from 'zod';
import type { JsonObject } from './json.ts';
import { PRIORITY_MAX, PRIORITY_MIN } from './worker-message.ts';

const time = z.int().min(0);

/** The wire format: snake_case JSON, as every queue stores it. Times are milliseconds since the epoch. */
export const wireEnvelope = z.object({
  id: z.string().min(1).max(512),
  type: z.string().min(1).max(128),
  payload: z.record(z.string(), z.unknown()).transform((value) => value as JsonObject),
  priority: z.int().min(PRIORITY_MIN).max(PRIORITY_MAX),
  retry_count: z.int().min(0),
  max_retries: z.int().min(0).max(1000),
  timestamp: time,
  correlation_id: z.string().max(256).optional(),
  schema_version: z.int().min(0).optional(),
  group_key: z.string().min(1).max(512).optional(),
  expires_at: time.optional(),
});

export type WireEnvelope = z.input<typeof wireEnvelope>;
