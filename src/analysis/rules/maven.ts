import { location as at } from './location.ts';
import type { Rule } from './rule.ts';

/** Maven's own last words, by the plugin that stopped it. Source: Maven's documentation of its plugins and of the messages in its FAQ. */
export const MAVEN: readonly Rule[] = [
  {
    id: 'maven.compiler',
    category: 'compile',
    tool: 'maven',
    literals: ['Failed to execute goal '],
    pattern:
      /Failed to execute goal \S{0,80}(?:maven-compiler-plugin|kotlin-maven-plugin|scala-maven-plugin|gmavenplus-plugin|groovy-eclipse)\S{0,80}/,
    weight: 58,
    confidence: 0.9,
    summary: 'The project does not compile',
  },
  {
    id: 'maven.tests',
    category: 'test',
    tool: 'surefire',
    literals: ['Failed to execute goal '],
    pattern: /Failed to execute goal \S{0,80}maven-(?:surefire|failsafe)-plugin\S{0,80}/,
    weight: 58,
    confidence: 0.9,
    summary: 'Tests failed, or could not be run',
  },
  {
    id: 'maven.lint',
    category: 'lint',
    tool: 'maven',
    literals: ['Failed to execute goal '],
    pattern:
      /Failed to execute goal \S{0,80}(?:checkstyle|pmd|spotbugs|findbugs|forbiddenapis|sortpom|license|rat|qulice|animal-sniffer|clirr|japicmp|revapi)\S{0,20}-(?:maven-)?plugin\S{0,80}/,
    weight: 60,
    confidence: 0.85,
    summary: ([line]) => `A check of the build failed: ${line}`,
  },
  {
    id: 'maven.format',
    category: 'format',
    tool: 'maven',
    literals: ['Failed to execute goal '],
    pattern:
      /Failed to execute goal \S{0,80}(?:spotless|formatter|fmt|googleformatter|impsort)-maven-plugin\S{0,80}/,
    weight: 60,
    confidence: 0.9,
    summary: 'A formatter would change files',
  },
  {
    id: 'maven.goal',
    category: 'config',
    tool: 'maven',
    literals: ['Failed to execute goal '],
    pattern: /Failed to execute goal (\S{1,160}) .{0,600}/,
    weight: 46,
    confidence: 0.6,
    summary: ([, goal]) => `The build's plugin ${goal} failed`,
  },
  {
    id: 'maven.failed-tests',
    category: 'test',
    tool: 'surefire',
    literals: ['Failed tests: ', 'Tests in error: '],
    pattern:
      /^(?:Failed tests|Tests in error): {1,4}(\w{1,200})(?: on \w{1,200}\([\w.$]{1,300}\))?\(([\w.$]{1,300})\)(?:: (.{0,400}))?/,
    weight: 67,
    confidence: 0.96,
    summary: ([, name, owner]) => `The test ${owner}.${name} failed`,
    extract: ([, name = '', owner = '', message = '']) => ({
      failedTest: { name: `${owner}.${name}`, path: null, message },
    }),
  },
  {
    id: 'maven.class-missing',
    category: 'dependency',
    tool: 'maven',
    literals: ['A required class was missing while executing', 'was not a readable artifact'],
    pattern:
      /Failed to execute goal \S{1,160} .{0,800}(?:A required class was missing while executing \S{1,160}: (\S{1,200})|\S{1,300} was not a readable artifact)/,
    weight: 62,
    confidence: 0.9,
    summary: ([, missing]) =>
      missing
        ? `A plugin of the build needs the class ${missing}, which this version of Maven does not bring`
        : 'A package that a plugin needs is damaged, or not there',
  },
  {
    id: 'maven.license-header',
    category: 'lint',
    tool: 'license-maven-plugin',
    literals: ['Missing header in: '],
    pattern: /^\[(?:WARNING|ERROR)\] Missing header in: (\S{1,400})$/,
    weight: 62,
    confidence: 0.93,
    summary: ([, path]) => `${path} has no licence header`,
    extract: ([, path]) => at(path, '', '', '', 'the licence header is missing'),
  },
  {
    id: 'maven.no-goal',
    category: 'dependency',
    tool: 'maven',
    literals: ['could not be resolved'],
    pattern: /\bPlugin \S{1,200} or one of its dependencies could not be resolved/,
    weight: 66,
    confidence: 0.9,
    summary: 'A plugin of the build could not be resolved',
  },
  {
    id: 'maven.ant',
    category: 'compile',
    tool: 'ant',
    literals: ['Compile failed; see the compiler error output'],
    pattern: /^(\S{1,300}\.xml):(\d{1,7}): Compile failed; see the compiler error output for details\.$/,
    weight: 50,
    confidence: 0.9,
    summary: 'The project does not compile',
    extract: ([, path, line]) => at(path, line, '', '', 'Ant stopped here'),
  },
  {
    id: 'maven.travis-setup',
    category: 'config',
    tool: null,
    literals: [
      '\nThe command "',
      'rror',
      'not valid',
      'No such file',
      'no such file',
      'EOL',
      'not found',
      'annot ',
    ],
    heading: /\b[Ee]rror\b|is not valid|[Nn]o such file|\bEOL\b|not found|\b[Cc]annot\b/,
    pattern: /^The command "(.{1,600})" failed and exited with \d{1,5} during/,
    weight: 20,
    confidence: 0.6,
    summary: ([, command]) => `The job could not be set up: ${command}`,
  },
];
