import type { Rule } from './rule.ts';

/** Rust's tools. Source: the documentation of rustc, Cargo and Clippy. */
export const RUST: readonly Rule[] = [
  {
    id: 'rust.compile',
    category: 'compile',
    tool: 'cargo',
    literals: ['error[E'],
    pattern: /^error\[(E\d{4})\]: (.{1,500})$/,
    weight: 64,
    confidence: 0.96,
    summary: ([, code, message]) => `${code}: ${message}`,
  },
  {
    id: 'rust.location',
    category: 'compile',
    tool: 'cargo',
    literals: ['--> '],
    pattern: /^\s{0,8}--> (\S{1,300}\.rs):(\d{1,7}):(\d{1,5})$/,
    weight: 20,
    confidence: 0.6,
    summary: ([, path, line]) => `The compiler points to ${path}, line ${line}`,
    extract: ([, path = '', line, column]) => ({
      diagnostic: {
        path,
        line: Number(line),
        column: Number(column),
        severity: 'error',
        code: null,
        message: 'the compiler points here',
      },
    }),
  },
  {
    id: 'rust.could-not-compile',
    category: 'compile',
    tool: 'cargo',
    literals: ['could not compile `'],
    pattern: /^error: could not compile `([^`]{1,100})`/,
    weight: 57,
    confidence: 0.88,
    summary: ([, crate]) => `The crate ${crate} does not compile`,
  },
  {
    id: 'rust.clippy',
    category: 'lint',
    tool: 'clippy',
    literals: ['clippy::', 'rust-clippy'],
    pattern:
      /(?:= note: `-D (?:clippy::[\w]{1,60}|warnings)|implied by `-D warnings`|rust-lang\.github\.io\/rust-clippy)/,
    weight: 63,
    confidence: 0.92,
    summary: 'Clippy found problems',
  },
  {
    id: 'rust.test-failed',
    category: 'test',
    tool: 'cargo test',
    literals: [' ... FAILED'],
    pattern: /^test (\S{1,400}(?: - .{1,100})?) \.\.\. FAILED$/,
    weight: 66,
    confidence: 0.96,
    summary: ([, name]) => `The test ${name} failed`,
    extract: ([, name = '']) => ({ failedTest: { name, path: null, message: '' } }),
  },
  {
    id: 'rust.test-panicked',
    category: 'test',
    tool: 'cargo test',
    literals: [' panicked at '],
    pattern:
      /^thread '([^']{1,300})'(?: \(\d+\))? panicked at (?:'.{0,300}', )?(\S{1,300}\.rs):(\d{1,7}):(\d{1,5}):?$/,
    weight: 67,
    confidence: 0.94,
    summary: ([, name, path, line]) => `${name} panicked in ${path}, line ${line}`,
    extract: ([, , path = '', line, column]) => ({
      diagnostic: {
        path,
        line: Number(line),
        column: Number(column),
        severity: 'error',
        code: null,
        message: 'panicked here',
      },
    }),
  },
  {
    id: 'rust.dependency',
    category: 'dependency',
    tool: 'cargo',
    literals: ['failed to select a version', 'needs to be updated but --locked', 'no matching package named'],
    pattern:
      /failed to select a version for|lock file .{1,300} needs to be updated but --locked|no matching package named/,
    weight: 68,
    confidence: 0.95,
    summary: 'Cargo cannot resolve the dependencies as locked',
  },
];
