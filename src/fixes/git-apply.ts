/**
 * A patch as a command that applies it, for a shell to be copied to: a here-document of which nothing is expanded
 * and that no line of the patch can end.
 */
export function gitApplyCommand(patch: string): string {
  const lines = new Set(patch.split('\n'));
  let word = 'PATCH';
  for (let n = 1; lines.has(word); n++) word = `PATCH_${n}`;
  return `git apply <<'${word}'\n${patch}${patch.endsWith('\n') ? '' : '\n'}${word}\n`;
}
