import { open } from 'node:fs/promises';

/** Bytes that are read at once. */
const CHUNK_BYTES = 256 * 1024;

/** The bytes of a file, part by part, each valid until the next: one buffer serves a file of any size. */
export async function* readParts(file: string): AsyncGenerator<Uint8Array> {
  const handle = await open(file);
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
