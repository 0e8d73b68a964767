import { location as at } from './location.ts';
import type { Rule } from './rule.ts';

const test = { category: 'test', tool: 'pytest' } as const;

/** pytest. Source: its documentation, "How to manage pytest's output". */
export const PYTEST: readonly Rule[] = [
  {
    ...test,
    id: 'pytest.failed',
    literals: ['FAILED ', 'ERROR '],
    pattern: /^(?:FAILED|ERROR) ([^\s:]{1,300}\.py)::(\S{1,500})(?: - (.{0,1000}))?$/,
    weight: 64,
    confidence: 0.95,
    summary: ([, path, name]) => `The test ${name} in ${path} failed`,
    extract: ([, path = '', name = '', message = '']) => ({
      failedTest: { name: `${path}::${name}`, path, message },
    }),
  },
  {
    ...test,
    id: 'pytest.assertion',
    literals: ['E   '],
    pattern:
      /^E {3,7}(?:assert |AssertionError|Failed: |\w{1,80}(?:\.\w{1,80}){0,5}(?:Error|Exception)\b).{0,1500}$/,
    weight: 66,
    confidence: 0.95,
    summary: ([line]) => `A test failed: ${line.replace(/^E\s+/, '')}`,
  },
  {
    ...test,
    id: 'pytest.location',
    literals: ['.py:'],
    pattern: /^([^\s:]{1,300}\.py):(\d{1,7}): (\w{1,80}(?:Error|Exception|Failed|Warning)?)$/,
    weight: 50,
    confidence: 0.85,
    summary: ([, path, line, what]) => `${what} in ${path}, line ${line}`,
    extract: ([, path = '', line, what = '']) => ({
      diagnostic: { path, line: Number(line), column: null, severity: 'error', code: null, message: what },
    }),
  },
  {
    ...test,
    id: 'pytest.collection',
    literals: ['\nERROR '],
    pattern: /^ERROR ([^\s:]{1,300}\.py)(?: - (.{0,500}))?$/,
    weight: 60,
    confidence: 0.93,
    summary: ([, path]) => `${path} could not be collected`,
    extract: ([, path, message]) => at(path, '', '', '', message ?? 'could not be collected'),
  },
];
