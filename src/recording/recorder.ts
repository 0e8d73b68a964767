import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { formatRecording, RECORDING_EXTENSION, type Recording } from './recording.ts';
import { redactRecording } from './redact.ts';

/** What a recorder needs to know of a delivery beside its bytes. */
export interface RecordedDelivery extends Recording {
  event: string;
  action: string | null;
}

/** Writes deliveries into a folder, redacted, one file each; their names sort in the order they came. */
export class Recorder {
  readonly #folder: string;
  readonly #clock: Clock;
  #count = 0;

  /** Makes the folder. @throws a system error when it cannot be made */
  constructor(folder: string, clock: Clock) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Answers the file's path. @throws a system error when it cannot be written */
  async record(delivery: RecordedDelivery): Promise<string> {
    const { event, action, ...recording } = delivery;
    const time = new Date(this.#clock.now()).toISOString().replace(/[-:.Z]/g, '');
    this.#count += 1;
    const words = [event, action]
      .filter(Boolean)
      .join('.')
      .replace(/[^a-z0-9._]/gi, '_')
      .slice(0, 80);
    const name = `${time}-${String(this.#count).padStart(6, '0')}-${words}${RECORDING_EXTENSION}`;
    const file = path.join(this.#folder, name);
    // What is private in a repository stays with the user who records.
    await writeFile(file, formatRecording(redactRecording(recording)), { flag: 'wx', mode: 0o600 });
    return file;
  }
}
