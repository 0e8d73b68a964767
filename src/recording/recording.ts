import { ValidationError } from '../errors.ts';

/**
 * A recorded delivery: headers and the raw body, byte for byte.
 *
 * As a file (`*.http`): one `Name: value` line per header, an empty line, then the body up to the end of the
 * file. Lines end in LF or CRLF; header names are case-insensitive; signatures are not kept.
 */
export interface Recording {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** File name ending of recordings. */
export const RECORDING_EXTENSION = '.http';

const HEADER_LINE = /^([A-Za-z0-9-]{1,100}):[ \t]*(.{0,4000})$/;

/**
 * Reads the bytes of a recording file.
 * @throws ValidationError naming the line that is no header, or the header that is missing
 */
export function parseRecording(bytes: Buffer): Recording {
  const headers: Record<string, string> = {};
  let offset = 0;
  for (let number = 1; ; number++) {
    const end = bytes.indexOf(0x0a, offset);
    if (end === -1) throw new ValidationError(`line ${number}`, 'the headers do not end in an empty line');
    const line = bytes.toString('utf8', offset, end).replace(/\r$/, '');
    offset = end + 1;
    if (line === '') break;
    const match = HEADER_LINE.exec(line);
    if (!match) throw new ValidationError(`line ${number}`, 'is not a header');
    headers[(match[1] ?? '').toLowerCase()] = match[2] ?? '';
  }
  if (!headers['x-github-event']) throw new ValidationError('x-github-event', 'the header is missing');
  return { headers, body: bytes.subarray(offset) };
}

/** The bytes of a recording file. */
export function formatRecording({ headers, body }: Recording): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
  return Buffer.concat([Buffer.from(`${lines.join('')}\n`), body]);
}
