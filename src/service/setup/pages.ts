const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in a page, also between quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** The page with the button that creates the App. */
export function createPage({
  action,
  manifest,
  notes,
}: {
  /** Where the manifest is sent to. */
  action: string;
  manifest: object;
  /** Sentences below the button. */
  notes: readonly string[];
}): string {
  return page(
    'Create the GitHub App',
    `<p>GitHub shows you the App once more, with its permissions, before anything is created.</p>
<form action="${escapeHtml(action)}" method="post">
<input type="hidden" name="manifest" value="${escapeHtml(JSON.stringify(manifest))}">
<button type="submit">Create it on ${escapeHtml(new URL(action).host)}</button>
</form>
${notes.map((note) => `<p>${escapeHtml(note)}</p>`).join('\n')}`,
  );
}

/** What came of it, and what to do next. */
export function resultPage(
  title: string,
  sentences: readonly string[],
  link?: { href: string; text: string },
) {
  const paragraphs = sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('\n');
  const anchor = link ? `<p><a href="${escapeHtml(link.href)}">${escapeHtml(link.text)}</a></p>` : '';
  return page(title, `${paragraphs}\n${anchor}`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.6rem 1.2rem}</style>
<h1>${escapeHtml(title)}</h1>
${body}
</html>
`;
}
