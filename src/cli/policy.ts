import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type Command, Option } from '@commander-js/extra-typings';
import { CATEGORIES } from '../analysis/types.ts';
import { CheckmendError } from '../errors.ts';
import { explainMode, explainPolicy } from '../fixes/policy/explain.ts';
import { POLICY_PATH, readPolicy } from '../fixes/policy/read-policy.ts';

/** `checkmend policy check [FILE]`: whether a policy file is right, and what it comes to. */
export function registerPolicy(program: Command): void {
  const policy = program.command('policy').description('check the policy file of a repository');
  policy
    .command('check')
    .description('say what is wrong with a policy file, or what it comes to; exit 1 when it is wrong')
    .argument('[file]', 'the file, or - for standard input', POLICY_PATH)
    .option('--check <name>', 'also say what becomes of a check of this name')
    .addOption(
      new Option('--category <category>', 'of what its failure is; with --check')
        .choices(CATEGORIES)
        .default('unknown' as const),
    )
    .option('--json', 'print the whole policy as one JSON object')
    .action(async (file, { check, category, json = false }) => {
      const reading = readPolicy(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'));
      if (!reading.ok) {
        for (const problem of reading.problems) process.stderr.write(`checkmend: ${file}: ${problem}\n`);
        const count = reading.problems.length;
        throw new CheckmendError('policy', `${file} has ${count} ${count === 1 ? 'problem' : 'problems'}`);
      }
      const lines = json ? [JSON.stringify(reading.policy)] : explainPolicy(reading.policy);
      if (check !== undefined && !json) lines.push('', explainMode(reading.policy, category, check));
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}
