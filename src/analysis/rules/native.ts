import type { Rule } from './rule.ts';

/** C and C++: compilers, linkers, Make, CMake, CTest, clang-tidy. Sources: their documentation. */
export const NATIVE: readonly Rule[] = [
  {
    id: 'native.compiler',
    category: 'compile',
    tool: 'gcc/clang',
    literals: [': error: ', ': fatal error: '],
    pattern:
      /^(\S{1,400}\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|m|mm|cu|inl|ipp)):(\d{1,7}):(?:(\d{1,5}):)? (?:fatal )?error: (.{1,500}?)(?: \[([\w+=,-]{1,80})\])?$/,
    weight: 66,
    confidence: 0.96,
    summary: ([, path, line, , message]) => `${path}, line ${line}: ${message}`,
    extract: ([, path = '', line, column, message = '', code]) => ({
      diagnostic: {
        path,
        line: Number(line),
        column: column ? Number(column) : null,
        severity: 'error',
        code: code ?? null,
        message,
      },
    }),
  },
  {
    id: 'native.linker',
    category: 'compile',
    tool: 'ld',
    literals: [
      'undefined reference to',
      'ld returned',
      'Undefined symbols for architecture',
      'cannot find -l',
    ],
    pattern:
      /undefined reference to|collect2: error: ld returned|Undefined symbols for architecture|cannot find -l\w/,
    weight: 62,
    confidence: 0.94,
    summary: ([line]) => `The program cannot be linked: ${line.trim()}`,
  },
  {
    id: 'native.cmake',
    category: 'config',
    tool: 'cmake',
    literals: ['CMake Error'],
    pattern: /^CMake Error(?: at (\S{1,300}):(\d{1,7}))?/,
    weight: 61,
    confidence: 0.9,
    summary: 'CMake could not configure the project',
    extract: ([, path, line]) =>
      path
        ? {
            diagnostic: {
              path,
              line: Number(line),
              column: null,
              severity: 'error',
              code: null,
              message: 'CMake stopped here',
            },
          }
        : {},
  },
  {
    id: 'native.ctest',
    category: 'test',
    tool: 'ctest',
    literals: ['***Failed', '***Exception', '***Timeout'],
    pattern: /^\s{0,4}\d+\/\d+ Test\s+#\d+: (\S{1,200}) \.*\s*\*\*\*(?:Failed|Exception|Timeout)/,
    weight: 66,
    confidence: 0.96,
    summary: ([, name]) => `The test ${name} failed`,
    extract: ([, name = '']) => ({ failedTest: { name, path: null, message: '' } }),
  },
  {
    id: 'native.gtest',
    category: 'test',
    tool: 'gtest',
    literals: ['[  FAILED  ]'],
    pattern: /^\[ {2}FAILED {2}\] ([\w./]{1,300})(?:,| \(|$)/,
    weight: 67,
    confidence: 0.96,
    summary: ([, name]) => `The test ${name} failed`,
    extract: ([, name = '']) => ({ failedTest: { name, path: null, message: '' } }),
  },
  {
    id: 'native.crash',
    category: 'test',
    tool: null,
    literals: ['Segmentation fault', 'AddressSanitizer', 'runtime error: '],
    pattern: /Segmentation fault|ERROR: AddressSanitizer|\bruntime error: /,
    weight: 55,
    confidence: 0.8,
    summary: ([line]) => `The program crashed: ${line.trim()}`,
  },
  {
    id: 'native.clang-format',
    category: 'format',
    tool: 'clang-format',
    literals: ['-Wclang-format-violations'],
    pattern: /^(\S{1,300}):(\d{1,7}):(\d{1,5}): error: code should be clang-formatted/,
    weight: 68,
    confidence: 0.96,
    summary: ([, path]) => `clang-format would reformat ${path}`,
    extract: ([, path = '', line, column]) => ({
      diagnostic: {
        path,
        line: Number(line),
        column: Number(column),
        severity: 'error',
        code: null,
        message: 'clang-format would change this',
      },
    }),
  },
];
