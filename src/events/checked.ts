import type { z } from 'zod';

/** What came of the last check of a payload. */
const checked = new WeakMap<object, { schema: z.ZodType; result: z.ZodSafeParseResult<unknown> }>();

/**
 * Checks a payload against a schema. The ingress does it to refuse what does not fit, and the handler to read what
 * it needs: with the same schema it is done once. The payload must not be changed in between.
 */
export function checkPayload<Schema extends z.ZodType>(
  schema: Schema,
  payload: object,
): z.ZodSafeParseResult<z.output<Schema>> {
  const known = checked.get(payload);
  if (known?.schema === schema) return known.result as z.ZodSafeParseResult<z.output<Schema>>;
  const result = schema.safeParse(payload);
  checked.set(payload, { schema, result });
  return result;
}
