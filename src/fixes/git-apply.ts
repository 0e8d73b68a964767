/**
 * A patch as a command that applies it, for a shell to be copied to: a here-document of which nothing is expanded
 * and that no line of the patch can end. Control characters are left out first, as a page leaves them out: no line
 * becomes another one on its way.
 */
export function gitApplyCommand(patch: string): string {
  const shown = patch.replace(/(?![\n\t])\p{Cc}/gu, '');
  const lines = new Set(shown.split('\n').map((line) => line.trim()));
  let word = 'PATCH';
  for (let n = 1; lines.has(word); n++) word = `PATCH_${n}`;
  return `git apply <<'${word}'\n${shown}${shown.endsWith('\n') ? '' : '\n'}${word}\n`;
}
