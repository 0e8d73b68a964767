import { expect, it } from 'vitest';
import { DIALECT_TEXTS } from '../../src/analysis/patches/index.ts';
import { RULES } from '../../src/analysis/rules/index.ts';
import { RuleIndex } from '../../src/analysis/rules/rule-index.ts';

/** Lines that jobs are full of. Each that a text is found in has to be made a string and tried by rules. */
const ORDINARY = [
  'added 412 packages, and audited 413 packages in 9s',
  'Downloading https://registry.example/packages/a4/left-pad-1.3.0.tar.gz (12.4 kB) at 88 kB/s',
  '[INFO] Downloaded from central: https://repo.example/org/shop/core-1.4.2.pom (3.1 kB at 88 kB/s)',
  'remote: Counting objects: 100% (1204/1204), done.',
  '   Compiling serde v1.0.219',
  '✓ src/cart/total.test.ts (14 tests) 31ms',
  'tests/test_cart.py::test_total PASSED                                    [ 42%]',
  'Setting up libxml2:amd64 (2.9.14+dfsg-1.3~deb12u2) ...',
  '-- Performing Test HAVE_STDATOMIC - Success',
  '> Task :shop-core:compileJava UP-TO-DATE',
  'Get:42 http://deb.example/debian bookworm/main amd64 libc6 amd64 2.36-9 [2,754 kB]',
  '#13 4.045 running: make install',
  'Collecting numpy>=1.21 (from -r requirements.txt (line 3))',
  'ok  	example.com/shop/cart	0.012s',
  'test result::tests::adds ... ok',
];

it.each(ORDINARY)('no rule and no dialect asks for: %s', (line) => {
  const texts = [...new RuleIndex(RULES).texts, ...DIALECT_TEXTS];
  expect(texts.filter((text) => `\n${line}`.includes(text))).toEqual([]);
});
