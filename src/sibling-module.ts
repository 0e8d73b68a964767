/**
 * URL of a module beside the caller's, from source (`.ts`) as from the build (`.js`): the compiler rewrites
 * import specifiers, but not the URL of a worker thread.
 *
 * @param importMetaUrl the caller's `import.meta.url`
 * @param name relative name without extension, e.g. `./writer-thread`
 */
export function siblingModule(importMetaUrl: string, name: string): URL {
  return new URL(`${name}${importMetaUrl.endsWith('.ts') ? '.ts' : '.js'}`, importMetaUrl);
}
