#!/usr/bin/env node
// Checks the version before anything is imported: on an older Node the native parts end without a word.
var major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(`checkmend needs Node.js 24 or newer; this is ${process.version}.`);
  process.exitCode = 1;
} else {
  void import('../dist/src/cli/main.js');
}
