import { createHash } from 'node:crypto';

/**
 * Hex digest of a cause: what changes from run to run (times, numbers, shas, temporary paths, addresses) is taken
 * out first, so that the same cause has the same fingerprint across runs, shas and repositories.
 */
export function fingerprintOf(category: string, tool: string | null, texts: readonly string[]): string {
  const normal = texts.map((text) =>
    text
      .toLowerCase()
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<id>')
      .replace(/\b(?:0x)?[0-9a-f]{7,64}\b/g, '<hex>')
      .replace(/(?:\/(?:tmp|var\/folders)|[a-z]:\\temp)[^\s:'"]{0,500}/g, '<tmp>')
      .replace(/\d+(?:\.\d+)*/g, '<n>')
      .replace(/\s+/g, ' ')
      .trim(),
  );
  return createHash('sha256')
    .update(JSON.stringify([category, tool, normal]))
    .digest('hex')
    .slice(0, 32);
}
