/** Folders that CI systems check a repository out into. What follows is the repository's own path. */
const WORKSPACES: readonly RegExp[] = [
  /^\/home\/[\w.-]+\/(?:actions-runner\/)?_?work\/([^/]+)\/\1\//,
  /^\/Users\/runner\/work\/([^/]+)\/\1\//,
  /^\/(?:actions-runner|runner)\/_work\/([^/]+)\/\1\//,
  /^\/__w\/([^/]+)\/\1\//,
  /^[A-Za-z]:\/a\/([^/]+)\/\1\//,
  /^\/github\/workspace\//,
  /^\/builds\/[^/]+\/[^/]+\//,
  /^\/home\/travis\/build\/[^/]+\/[^/]+\//,
  /^\/home\/circleci\/(?:project|repo)\//,
  /^\/root\/(?:project|repo)\//,
  /^\/var\/(?:lib\/)?jenkins(?:_home)?\/workspace\/[^/]+\//,
  /^\/(?:var\/lib\/)?buildkite-agent\/builds\/[^/]+\/[^/]+\/[^/]+\//,
];

/** Ties paths of a log to the repository's tree. */
export class RepositoryPaths {
  readonly #roots: readonly string[];

  /** @param roots absolute folders that are the repository's root, e.g. the working directory of the command line */
  constructor(roots: readonly string[] = []) {
    this.#roots = roots.map((root) => `${normalise(root).replace(/\/+$/, '')}/`);
  }

  /** The path inside the repository, or null for one that cannot be tied to it. */
  relative(path: string): string | null {
    let rest = normalise(path.trim());
    if (rest.startsWith('/') || /^[A-Za-z]:\//.test(rest)) {
      const root = this.#roots.find((it) => rest.startsWith(it));
      const workspace = WORKSPACES.map((pattern) => pattern.exec(rest)?.[0]).find((it) => it !== undefined);
      const prefix = root ?? workspace;
      if (prefix === undefined) return null;
      rest = rest.slice(prefix.length);
    }
    // `C:a.py` is relative to a folder of a drive: not to the repository.
    if (/^[A-Za-z]:/.test(rest)) return null;
    const parts = rest.split('/').filter((part) => part !== '' && part !== '.');
    return parts.length === 0 || parts.includes('..') ? null : parts.join('/');
  }
}

function normalise(path: string): string {
  return path.replaceAll('\\', '/');
}
