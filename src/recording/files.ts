import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { ValidationError } from '../errors.ts';
import { RECORDING_EXTENSION } from './recording.ts';

/**
 * The recording files that files and folders (with what is below them) name, in the order given; those of a
 * folder sorted by path.
 * @throws ValidationError when a name leads to no recording
 */
export function findRecordings(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const files = statSync(name, { throwIfNoEntry: false })?.isDirectory() ? recordingsBelow(name) : [name];
    if (files.length === 0) throw new ValidationError(name, `has no ${RECORDING_EXTENSION} file`);
    return files;
  });
}

function recordingsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(RECORDING_EXTENSION))
    .map((file) => path.join(folder, file))
    .toSorted();
}
