import type { Rule } from './rule.ts';

/** C#, Ruby, PHP, Swift, Elixir. Sources: the documentation of their tools. */
export const OTHER_LANGUAGES: readonly Rule[] = [
  {
    id: 'dotnet.compile',
    category: 'compile',
    tool: 'dotnet',
    literals: [': error '],
    pattern:
      /^\s{0,4}(?:\d{1,3}>)?(\S{1,300}\.(?:cs|vb|fs|csproj))\((\d{1,7}),(\d{1,5})\): error ([A-Z]{2,8}\d{2,6}): (.{1,500}?)(?: \[.{1,300}\])?$/,
    weight: 66,
    confidence: 0.96,
    summary: ([, path, line, , code, message]) => `${code} in ${path}, line ${line}: ${message}`,
    extract: ([, path = '', line, column, code = '', message = '']) => ({
      diagnostic: { path, line: Number(line), column: Number(column), severity: 'error', code, message },
    }),
  },
  {
    id: 'dotnet.test',
    category: 'test',
    tool: 'dotnet test',
    literals: ['[FAIL]', 'Failed!  - ', '  Failed '],
    pattern:
      /^(?:\s{0,4}Failed ([\w.(),"' <>]{1,300}) \[.{1,20}\]|\[xUnit.{1,40}\]\s+(\S.{0,300}) \[FAIL\]|Failed! {2}- )/,
    weight: 66,
    confidence: 0.95,
    summary: ([, a, b]) => (a || b ? `The test ${a ?? b} failed` : 'Tests failed'),
    extract: ([, a, b]) => {
      const name = a ?? b;
      return name ? { failedTest: { name, path: null, message: '' } } : {};
    },
  },
  {
    id: 'ruby.rspec',
    category: 'test',
    tool: 'rspec',
    literals: ['rspec ./', 'examples, '],
    pattern: /^(?:rspec (\.\/\S{1,300}\.rb):(\d{1,7}) # (.{1,400})|\d+ examples, [1-9]\d* failures?.{0,80})$/,
    weight: 65,
    confidence: 0.96,
    summary: ([, , , name]) => (name ? `The example "${name}" failed` : 'Examples failed'),
    extract: ([, path, line, name]) =>
      path && name
        ? {
            failedTest: { name, path, message: '' },
            diagnostic: {
              path,
              line: Number(line),
              column: null,
              severity: 'error',
              code: null,
              message: 'an example failed here',
            },
          }
        : {},
  },
  {
    id: 'ruby.rubocop',
    category: 'lint',
    tool: 'rubocop',
    literals: ['.rb:', ' offenses'],
    pattern:
      /^(\S{1,300}\.(?:rb|rake|gemspec)):(\d{1,7}):(\d{1,5}): [CWEFR]: (?:\[Corr\w{1,20}\] )?([\w/]{1,80}): (.{1,400})$/,
    weight: 62,
    confidence: 0.95,
    summary: ([, path, line, , code, message]) => `${code} in ${path}, line ${line}: ${message}`,
    extract: ([, path = '', line, column, code = '', message = '']) => ({
      diagnostic: { path, line: Number(line), column: Number(column), severity: 'error', code, message },
    }),
  },
  {
    id: 'ruby.bundler',
    category: 'dependency',
    tool: 'bundler',
    literals: [
      'Bundler could not find compatible versions',
      'Could not find gem',
      'your bundle is locked',
      'Could not find compatible versions',
    ],
    pattern:
      /(?:Bundler could|Could) not find compatible versions|Could not find gem|[Yy]our bundle is locked to/,
    weight: 68,
    confidence: 0.95,
    summary: 'Bundler cannot resolve the gems',
  },
  {
    id: 'ruby.minitest',
    category: 'test',
    tool: 'minitest',
    literals: [' runs, ', ' tests, '],
    pattern:
      /^\d+ (?:runs|tests), \d+ assertions, (?:[1-9]\d* failures, \d+ errors|\d+ failures, [1-9]\d* errors)/,
    weight: 63,
    confidence: 0.95,
    summary: 'Tests failed',
  },
  {
    id: 'php.phpunit',
    category: 'test',
    tool: 'phpunit',
    literals: ['FAILURES!', 'ERRORS!', ') '],
    pattern: /^(?:FAILURES!|ERRORS!|\d+\) ([A-Z][\w\\]{1,200}::test\w{1,200}.{0,200}))$/,
    weight: 65,
    confidence: 0.94,
    summary: ([, name]) => (name ? `The test ${name} failed` : 'Tests failed'),
    extract: ([, name]) => (name ? { failedTest: { name, path: null, message: '' } } : {}),
  },
  {
    id: 'php.phpstan',
    category: 'typecheck',
    tool: 'phpstan',
    literals: ['[ERROR] Found '],
    pattern: /^\s{0,4}\[ERROR\] Found \d+ errors?$/,
    weight: 63,
    confidence: 0.94,
    summary: 'PHPStan found errors',
  },
  {
    id: 'php.composer',
    category: 'dependency',
    tool: 'composer',
    literals: ['Your requirements could not be resolved', 'lock file is not up to date with'],
    pattern:
      /Your requirements could not be resolved to an installable set|lock file is not up to date with the latest changes in composer\.json/,
    weight: 68,
    confidence: 0.95,
    summary: 'Composer cannot resolve the packages',
  },
  {
    id: 'swift.compile',
    category: 'compile',
    tool: 'swift',
    literals: ['.swift:'],
    pattern: /^(\S{1,300}\.swift):(\d{1,7}):(\d{1,5}): error: (.{1,500})$/,
    weight: 64,
    confidence: 0.95,
    summary: ([, path, line, , message]) => `${path}, line ${line}: ${message}`,
    extract: ([, path = '', line, column, message = '']) => ({
      diagnostic: {
        path,
        line: Number(line),
        column: Number(column),
        severity: 'error',
        code: null,
        message,
      },
    }),
  },
  {
    id: 'elixir.test',
    category: 'test',
    tool: 'mix test',
    literals: [' failure', '  test '],
    pattern:
      /^(?:\s{1,4}\d+\) test (.{1,300}) \(([\w.]{1,200})\)|\d+ (?:tests|doctests?).{0,80}, [1-9]\d* failures?.{0,80})$/,
    weight: 64,
    confidence: 0.95,
    summary: ([, name]) => (name ? `The test "${name}" failed` : 'Tests failed'),
    extract: ([, name, owner = '']) =>
      name ? { failedTest: { name: `${owner}: ${name}`, path: null, message: '' } } : {},
  },
  {
    id: 'elixir.compile',
    category: 'compile',
    tool: 'mix',
    literals: ['== Compilation error in file'],
    pattern: /^== Compilation error in file (\S{1,300}) ==$/,
    weight: 65,
    confidence: 0.96,
    summary: ([, path]) => `${path} does not compile`,
    extract: ([, path = '']) => ({
      diagnostic: {
        path,
        line: null,
        column: null,
        severity: 'error',
        code: null,
        message: 'does not compile',
      },
    }),
  },
];
