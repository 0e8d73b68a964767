import { location as at } from './location.ts';
import type { Rule } from './rule.ts';
import { beforeNumber } from './texts.ts';

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
    literals: beforeNumber('.py:'),
    pattern:
      /^(?!.{0,300}(?:\/lib\/python\d|site-packages\/))([^\s:]{1,300}\.py):(\d{1,7}): (\w{1,80}(?:Error|Exception|Failed|Warning)?)$/,
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
  {
    ...test,
    id: 'pytest.section',
    literals: ['\n___'],
    pattern:
      /^_{3,80} (?!summary|coverage|ERROR collecting)(?:ERROR at (?:setup|teardown) of |\[doctest\] )?(\S.{0,300}?) _{3,80}$/,
    weight: 55,
    confidence: 0.9,
    summary: ([, name]) => `The test ${name} failed`,
    extract: ([, name = '']) => ({ failedTest: { name, path: null, message: '' } }),
  },
  {
    ...test,
    id: 'pytest.collecting',
    literals: ['\n___'],
    pattern: /^_{3,80} ERROR collecting (\S{1,300}\.py) _{3,80}$/,
    weight: 55,
    confidence: 0.93,
    summary: ([, path]) => `${path} could not be collected`,
    extract: ([, path]) => at(path, '', '', '', 'could not be collected'),
  },
  {
    ...test,
    id: 'pytest.explanation',
    literals: ['\nE   '],
    pattern: /^E {3,40}\S.{0,1000}$/,
    weight: 58,
    confidence: 0.92,
    summary: ([line]) => `A test failed: ${line.replace(/^E\s+/, '')}`,
  },
  {
    ...test,
    id: 'pytest.frame',
    literals: beforeNumber('.py:'),
    pattern:
      /^(?!.{0,300}(?:\/lib\/python\d|site-packages\/))((?:\.?\/)?(?:[\w.-]{1,100}\/){0,20}[\w-]{1,100}\.py):(\d{1,7}): ?(?:in \S{1,100})?$/,
    weight: 4,
    confidence: 0.3,
    summary: ([, path, line]) => `A place is named: ${path}, line ${line}`,
    extract: ([, path, line]) => at(path, line, '', '', 'a test passed through here'),
  },
  {
    ...test,
    id: 'pytest.totals',
    literals: [' failed', ' error'],
    pattern:
      /^=* ?(?:\d+ failed|(?:\d+ \w{4,9}, ){0,5}\d+ errors?)\b.{0,200} in [\d.]{1,12} ?s(?:econds)?\b.{0,30}$/,
    weight: 52,
    confidence: 0.93,
    summary: 'Tests failed',
  },
];
