import { Stryker } from '@stryker-mutator/core';

/**
 * Mutation tests of the library's core, folder by folder: the mutants of a folder must be found by the tests of
 * that folder alone. `npm run mutation`, or `npm run mutation -- events messages`.
 */
const FOLDERS = ['messages', 'events', 'worker'];

const FOUND = new Set(['Killed', 'Timeout']);
const MISSED = new Set(['Survived', 'NoCoverage']);

interface Score {
  found: number;
  of: number;
}

async function run(folder: string): Promise<Score> {
  // Not by the option `testFiles`: with it, Stryker 10.1 makes a mutant of what is evaluated at import active too late.
  process.env.MUTATED_FOLDER = folder;
  const reports = `reports/mutation/${folder}`;
  const results = await new Stryker({
    configFile: 'stryker.config.js',
    // Stores of slots need a file or a server: `npm test` has both.
    mutate: [`src/${folder}/**/*.ts`, '!src/worker/slot-store/**'],
    incrementalFile: `${reports}.incremental.json`,
    jsonReporter: { fileName: `${reports}.json` },
    htmlReporter: { fileName: `${reports}.html` },
  }).runMutationTest();
  const count = (statuses: Set<string>) => results.filter(({ status }) => statuses.has(status)).length;
  return { found: count(FOUND), of: count(FOUND) + count(MISSED) };
}

const asked = process.argv.slice(2);
const unknown = asked.filter((folder) => !FOLDERS.includes(folder));
if (unknown.length > 0)
  throw new Error(`no such folder: ${unknown.join(', ')}; there are ${FOLDERS.join(', ')}`);

const lines: string[] = [];
for (const folder of asked.length > 0 ? asked : FOLDERS) {
  const { found, of } = await run(folder);
  lines.push(`src/${folder}: ${found} of ${of} mutants found, ${((found / of) * 100).toFixed(1)} %`);
}
console.log(`\n${lines.join('\n')}`);
