import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { runCli } from './program.ts';

// What is set already wins over the file.
if (existsSync('.env')) loadEnvFile('.env');
process.exitCode = await runCli(process.argv.slice(2));
