import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, MODES } from '../../../src/fixes/policy/policy.ts';
import { POLICY_KEYS, readPolicy } from '../../../src/fixes/policy/read-policy.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const page = readFileSync(path.join(root, 'docs/policy.md'), 'utf8');

/** Rules as the sources name them: `rule: 'x.y'`, `refused('x.y'`, `wait('x.y'`, `skip('x.y'`, `new PatchError('x.y'`. */
function rulesInSources(): Set<string> {
  const rules = new Set<string>();
  for (const folder of ['src/fixes', 'workers']) {
    for (const name of readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const text = readFileSync(path.join(root, folder, name), 'utf8');
      const pattern = /(?:rule: |rule = |(?:refused|wait|skip|PatchError)\(\s*)'([a-z_]+\.[a-z_]+)'/g;
      for (const [, rule] of text.matchAll(pattern)) if (rule) rules.add(rule);
    }
  }
  return rules;
}

describe('docs/policy.md', () => {
  test('its example is a valid policy', () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    expect(readPolicy(example)).toMatchObject({ ok: true, policy: { mode: 'fix', quietPeriodMs: 120_000 } });
  });

  test('names every option and every mode', () => {
    for (const key of POLICY_KEYS) expect(page).toMatch(new RegExp(`\`${key}(?:\\.\\w+)?\``));
    for (const mode of MODES) expect(page).toContain(`| \`${mode}\` |`);
    expect(page).toContain(`| \`${DEFAULT_POLICY.minConfidence}\` |`.replaceAll('`', ''));
  });

  test('names every rule', () => {
    const rules = rulesInSources();
    expect(rules.size).toBeGreaterThan(50);
    expect([...rules].filter((rule) => !page.includes(`\`${rule}\``))).toEqual([]);
  });
});
