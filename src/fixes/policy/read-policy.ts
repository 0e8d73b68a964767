import { parseDocument } from 'yaml';
import { z } from 'zod';
import { CATEGORIES } from '../../analysis/types.ts';
import { nearest } from '../../config/nearest.ts';
import { parseDuration } from './duration.ts';
import { DEFAULT_POLICY, MODES, type Policy } from './policy.ts';

/** Where the policy lies on the default branch. */
export const POLICY_PATH = '.github/checkmend.yml';

/** Largest policy file, in bytes. */
const POLICY_MAX_BYTES = 64 * 1024;
/** Longest quiet period: a message is not started any more after a day. */
const QUIET_PERIOD_MAX_MS = 12 * 3_600_000;

/** A policy file's content, or what is wrong with it, one sentence each. */
export type PolicyReading =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly string[] };

const mode = z.enum(MODES, { error: () => `must be one of ${MODES.join(', ')}` });
const pattern = z.string().min(1).max(255);
/** Patterns know `*`, `**` and `?` and nothing else: what means more elsewhere would protect nothing here. */
const pathPattern = pattern
  .transform((text) => text.replace(/^(?:\.\/)+/, ''))
  .refine((text) => /^[^\s{}[\]!\\](?:[^{}[\]!\\]*[^\s{}[\]!\\])?$/.test(text), {
    error: ({ input }) => `${JSON.stringify(input)} protects nothing: patterns are paths with *, ** and ?`,
  });
const duration = z.union([z.string(), z.number()]).transform((text, context) => {
  const ms = parseDuration(String(text));
  if (ms !== null && ms <= QUIET_PERIOD_MAX_MS) return ms;
  context.addIssue({ code: 'custom', message: 'must be a duration such as 0s, 60s, 5m or 1h, at most 12h' });
  return z.NEVER;
});

const schema = z.strictObject({
  mode: mode.default(DEFAULT_POLICY.mode),
  categories: z.partialRecord(z.enum(CATEGORIES), mode).default({}),
  checks: z
    .array(z.strictObject({ name: pattern, mode }))
    .max(100)
    .default([]),
  min_confidence: z.number().min(0).max(1).default(DEFAULT_POLICY.minConfidence),
  quiet_period: duration.default(DEFAULT_POLICY.quietPeriodMs),
  wait_for_suite: z.boolean().default(DEFAULT_POLICY.waitForSuite),
  protected_paths: z.array(pathPattern).max(500).default([]),
  limits: z
    .strictObject({
      commits_per_day: z.int().min(0).max(3).default(DEFAULT_POLICY.limits.commitsPerDay),
      reruns_per_day: z.int().min(0).max(50).default(DEFAULT_POLICY.limits.rerunsPerDay),
    })
    .prefault({}),
  skip: z
    .strictObject({
      labels: z
        .array(pattern)
        .max(100)
        .default([...DEFAULT_POLICY.skip.labels]),
      authors: z.array(pattern).max(100).default([]),
      drafts: z.boolean().default(DEFAULT_POLICY.skip.drafts),
    })
    .prefault({}),
  reruns: z.boolean().default(DEFAULT_POLICY.reruns),
  commit_message: z
    .string()
    .regex(/^[^\p{Cc}]{1,100}$/u, 'must be one line of 1 to 100 characters')
    .default(DEFAULT_POLICY.commitMessage),
  commands: z.boolean().default(DEFAULT_POLICY.commands),
});

/** The options of a policy file, as `policy check` and the documentation name them. */
export const POLICY_KEYS: readonly string[] = Object.freeze(Object.keys(schema.shape));

const KEYS_BY_PATH: Readonly<Record<string, readonly string[]>> = {
  '': POLICY_KEYS,
  categories: CATEGORIES,
  limits: Object.keys(schema.shape.limits.unwrap().shape),
  skip: Object.keys(schema.shape.skip.unwrap().shape),
  checks: ['name', 'mode'],
};

/**
 * Reads a policy file.
 * @param text its content, or null when there is none: the default policy holds then
 */
export function readPolicy(text: string | null): PolicyReading {
  if (text === null) return { ok: true, policy: DEFAULT_POLICY };
  if (Buffer.byteLength(text) > POLICY_MAX_BYTES) {
    return { ok: false, problems: [`the file is larger than ${POLICY_MAX_BYTES} bytes`] };
  }
  const document = parseDocument(text, { prettyErrors: true, stringKeys: true });
  if (document.errors.length > 0) {
    return { ok: false, problems: document.errors.map((error) => firstLine(error.message)) };
  }
  const plain = toPlain(document);
  if ('problem' in plain) return { ok: false, problems: [plain.problem] };
  const result = schema.safeParse(plain.value ?? {});
  if (!result.success) return { ok: false, problems: result.error.issues.flatMap(describe) };
  return { ok: true, policy: toPolicy(result.data) };
}

function toPlain(document: ReturnType<typeof parseDocument>): { value: unknown } | { problem: string } {
  try {
    // Aliases are how a small file grows without bound; a policy needs none.
    return { value: document.toJS({ maxAliasCount: 0 }) };
  } catch {
    return { problem: 'aliases are not allowed' };
  }
}

function toPolicy(values: z.infer<typeof schema>): Policy {
  return Object.freeze({
    mode: values.mode,
    categories: Object.freeze(values.categories),
    checks: Object.freeze(values.checks),
    minConfidence: values.min_confidence,
    quietPeriodMs: values.quiet_period,
    waitForSuite: values.wait_for_suite,
    protectedPaths: Object.freeze(values.protected_paths),
    limits: Object.freeze({
      commitsPerDay: values.limits.commits_per_day,
      rerunsPerDay: values.limits.reruns_per_day,
    }),
    skip: Object.freeze(values.skip),
    reruns: values.reruns,
    commitMessage: values.commit_message,
    commands: values.commands,
  });
}

function describe(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.map(String).join('.');
  const parent = String(issue.path[0] ?? '');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(at, parent, key));
  }
  if (issue.code === 'invalid_key') return [unknownKey(parent, parent, String(issue.path.at(-1)))];
  return [at === '' ? 'the file must be a mapping of options' : `${at}: ${issue.message}`];
}

function unknownKey(at: string, parent: string, key: string): string {
  const place = at === '' ? key : `${at}.${key}`;
  return `${place}: unknown key, did you mean ${nearest(key, KEYS_BY_PATH[parent] ?? POLICY_KEYS)}?`;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/:$/, '');
}
