import { z } from 'zod';
import { PermanentError } from '../errors.ts';
import { encodePath, type RepositoryApi } from './api.ts';
import { isStatus } from './errors.ts';
import { blob, gitCommit, tree } from './schemas.ts';
import type { BlobInfo, FileMode } from './types.ts';

const MODES: readonly string[] = ['100644', '100755', '120000', '160000'] satisfies FileMode[];

/** Bytes of a file that is read whole. */
const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** Text of a file on the default branch, or null where there is none. */
export async function readDefaultBranchFile(api: RepositoryApi, path: string): Promise<string | null> {
  // A directory of that name answers with a list.
  const schema = z.union([
    z.object({ type: z.string(), encoding: z.string().optional(), content: z.string().optional() }),
    z.array(z.unknown()),
  ]);
  const route = 'GET /repos/{owner}/{repo}/contents/{+path}';
  const found = await api.find(schema, route, { path: encodePath(path) });
  if (!found || Array.isArray(found) || found.type !== 'file' || found.content === undefined) return null;
  // Over 1 MB there is no content here ("Get repository content"): nothing must pass for an empty file.
  if (found.encoding === 'none') throw tooLarge(path);
  return Buffer.from(found.content, 'base64').toString('utf8');
}

function tooLarge(path: string): PermanentError {
  return new PermanentError('unexpected_response', `${path} is too large to be read`);
}

/** Files at a commit with their modes; folders are walked only where a path leads. Missing files are left out. */
export async function readFiles(
  api: RepositoryApi,
  sha: string,
  paths: readonly string[],
  repository: { owner: string; repo: string },
): Promise<BlobInfo[]> {
  const route = 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}';
  const commit = await api.find(gitCommit, route, { ...repository, commit_sha: sha });
  if (!commit) return [];
  const walker = new TreeWalker(api, repository);
  const files: BlobInfo[] = [];
  for (const path of paths) {
    const entry = await walker.find(commit.tree.sha, path.split('/'));
    if (!entry || !MODES.includes(entry.mode)) continue;
    if ((entry.size ?? 0) > MAX_FILE_BYTES) throw tooLarge(path);
    // A submodule is a commit of another repository: it has no content here.
    const content = entry.type === 'commit' ? Buffer.alloc(0) : await walker.read(entry.sha);
    files.push({ path, mode: entry.mode as FileMode, content });
  }
  return files;
}

type TreeEntry = z.output<typeof tree>['tree'][number];

/** Walks trees by sha, reading each once. */
class TreeWalker {
  readonly #api: RepositoryApi;
  readonly #repository: { owner: string; repo: string };
  readonly #trees = new Map<string, Promise<TreeEntry[]>>();

  constructor(api: RepositoryApi, repository: { owner: string; repo: string }) {
    this.#api = api;
    this.#repository = repository;
  }

  async find(treeSha: string, [name, ...rest]: readonly string[]): Promise<TreeEntry | null> {
    const entry = (await this.#tree(treeSha)).find((it) => it.path === name);
    if (!entry || rest.length === 0) return entry && entry.type !== 'tree' ? entry : null;
    return entry.type === 'tree' ? await this.find(entry.sha, rest) : null;
  }

  async read(sha: string): Promise<Buffer> {
    const route = 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}';
    const { content, encoding } = await this.#api.request(blob, route, {
      ...this.#repository,
      file_sha: sha,
    });
    return Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8');
  }

  #tree(sha: string): Promise<TreeEntry[]> {
    const known = this.#trees.get(sha);
    if (known) return known;
    const route = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}';
    const read = this.#api
      .request(tree, route, { ...this.#repository, tree_sha: sha })
      .then((answer) => answer.tree)
      .catch((error: unknown) => {
        if (isStatus(error, 'not_found')) return [];
        throw error;
      });
    this.#trees.set(sha, read);
    return read;
  }
}
