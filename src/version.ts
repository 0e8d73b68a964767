import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { z } from 'zod';

/** Version of this package, from its own package.json, run from source or from the build. */
export function packageVersion(): string {
  const file = findPackageJSON(import.meta.url);
  if (!file) return 'unknown';
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
