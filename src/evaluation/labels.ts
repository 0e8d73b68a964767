import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { CATEGORIES } from '../analysis/types.ts';
import { ValidationError } from '../errors.ts';
import { validationErrorOf } from '../messages/message-serializer.ts';

/** What a person says a log shows. `none`: the job passed. Lines are 1-based. */
const label = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  split: z.enum(['seen', 'unseen']),
  category: z.enum([...CATEGORIES, 'none']),
  tool: z.string().nullish(),
  root_cause_lines: z.array(z.int().positive()).default([]),
  locations: z.array(z.string()).default([]),
  failed_tests: z.array(z.string()).default([]),
  /** The log holds a whole diff that its tool wants applied. */
  patch: z.boolean().default(false),
});

export type Label = z.output<typeof label>;

/** A log with its label. */
export interface Case {
  file: string;
  bytes: Buffer;
  label: Label;
}

/**
 * Reads the labelled logs below a folder; logs are found by the digest of their bytes, so names do not matter.
 * @throws ValidationError for a label that has no log, or is none
 */
export function readCases(folder: string, labelFile: string): Case[] {
  const logs = new Map<string, { file: string; bytes: Buffer }>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (!file.endsWith('.log')) continue;
    const bytes = readFileSync(path.join(folder, file));
    logs.set(createHash('sha256').update(bytes).digest('hex'), { file, bytes });
  }
  return readFileSync(labelFile, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const parsed = label.safeParse(JSON.parse(line));
      if (!parsed.success) throw validationErrorOf(parsed.error, `${labelFile}:${index + 1}`);
      const log = logs.get(parsed.data.sha256);
      if (!log) throw new ValidationError(`${labelFile}:${index + 1}`, 'there is no log with this digest');
      return { ...log, label: parsed.data };
    });
}
