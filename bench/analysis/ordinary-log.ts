import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures/logs');

/** Lines between the output of tools, as jobs are full of them. */
const FILLER = [
  '##[group]Run npm ci',
  'added 412 packages, and audited 413 packages in 9s',
  'Downloading https://registry.example/packages/a4/left-pad-1.3.0.tar.gz (12.4 kB)',
  '[INFO] Downloaded from central: https://repo.example/org/shop/shop-core/1.4.2/shop-core-1.4.2.pom (3.1 kB at 88 kB/s)',
  'remote: Counting objects: 100% (1204/1204), done.',
  '   Compiling serde v1.0.219',
  '\u001b[32m✓\u001b[39m src/cart/total.test.ts \u001b[2m(\u001b[22m14 tests\u001b[2m)\u001b[22m\u001b[32m 31\u001b[2mms\u001b[22m\u001b[39m',
  'tests/test_cart.py::test_total PASSED                                    [ 42%]',
  'Setting up libxml2:amd64 (2.9.14+dfsg-1.3~deb12u2) ...',
  '-- Performing Test HAVE_STDATOMIC - Success',
  '',
];

/** An Actions job log of at least so many bytes: the output of tools among ordinary lines. The same for each call. */
export function ordinaryLog(size: number): Buffer {
  const outputs = globSync('**/job.log', { cwd: FIXTURES })
    .toSorted()
    .map((file) => readFileSync(path.join(FIXTURES, file), 'utf8').trimEnd());
  const parts: string[] = [];
  let bytes = 0;
  let state = 42;
  for (let n = 0; bytes < size; n++) {
    // Numerical Recipes' linear congruential generator: seeded, so that every run reads the same bytes.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const line = FILLER[(state >>> 8) % FILLER.length] ?? '';
    const time = `2026-11-02T09:${String((n >> 6) % 60).padStart(2, '0')}:07.${String(state % 10_000_000).padStart(7, '0')}Z `;
    const part = n % 400 === 399 ? `${outputs[((n / 400) % outputs.length) | 0]}\n` : `${time}${line}\n`;
    parts.push(part);
    bytes += Buffer.byteLength(part);
  }
  return Buffer.from(parts.join(''));
}
