import type { Refusal } from '../refusal.ts';
import { matchesPath } from './glob.ts';

/** Paths that no fix may touch, whatever the policy says; patterns of {@link matchesPath}. */
export const ALWAYS_PROTECTED: readonly string[] = Object.freeze([
  // How the repository is checked and who owns it. `.git*` covers .github, .gitlab-ci.yml, .gitmodules, …
  '.git*',
  'CODEOWNERS',
  '.circleci',
  '.buildkite',
  '.travis.yml',
  '.drone.yml',
  '.woodpecker*',
  '.forgejo',
  'Jenkinsfile',
  'azure-pipelines.y*ml',
  'bitbucket-pipelines.yml',
  '.azure-pipelines',
  '.cirrus.*',
  '.appveyor.yml',
  'appveyor.yml',
  '.semaphore',
  '.teamcity',
  'bitrise.yml',
  'buildspec*.y*ml',
  'cloudbuild*.y*ml',
  'codemagic.y*ml',
  'wercker.yml',
  // What bots with rights of their own obey.
  'renovate.json*',
  '.renovaterc*',
  '.mergify*',
  '.kodiak.toml',
  // Where secrets lie.
  '.env*',
  '.ssh',
  // What runs by itself on a developer's machine.
  '.husky',
  '.pre-commit-config.yaml',
  'lefthook.y*ml',
  '.devcontainer',
  '.vscode',
  '.idea',
  '.npmrc',
  '.yarn*',
  '.pypirc',
  '.mise*',
  'mise*.toml',
  '.vs',
  '.zed',
  // Agent configuration.
  'AGENTS.md',
  'AGENTS.override.md',
  'CLAUDE*.md',
  'GEMINI.md',
  'copilot-instructions.md',
  '.agents',
  '.aider*',
  '.amazonq',
  '.augment*',
  '.claude',
  '.clinerules*',
  '.codex',
  '.continue',
  '.cursor',
  '.cursorrules',
  '.gemini',
  '.goose*',
  '.junie',
  '.kilocode*',
  '.kiro',
  '.mcp.json',
  'mcp.json',
  '.opencode',
  'opencode.json*',
  '.roo*',
  '.windsurf*',
]);

/** Lock files, and the tools whose own ecosystem they belong to. */
const LOCK_FILES: readonly { files: readonly string[]; tools: readonly string[] }[] = [
  {
    files: [
      'package-lock.json',
      'npm-shrinkwrap.json',
      'yarn.lock',
      'pnpm-lock.yaml',
      'bun.lock',
      'bun.lockb',
    ],
    tools: ['npm', 'yarn', 'pnpm', 'bun'],
  },
  { files: ['deno.lock'], tools: ['deno'] },
  { files: ['Cargo.lock'], tools: ['cargo'] },
  {
    files: ['poetry.lock', 'uv.lock', 'Pipfile.lock', 'pdm.lock', 'pixi.lock', 'conda-lock.yml'],
    tools: ['pip', 'poetry', 'uv', 'pipenv', 'pdm', 'pixi', 'conda'],
  },
  { files: ['go.sum', 'go.work.sum'], tools: ['go'] },
  { files: ['Gemfile.lock'], tools: ['bundler', 'bundle'] },
  { files: ['composer.lock'], tools: ['composer'] },
  { files: ['gradle.lockfile'], tools: ['gradle'] },
  { files: ['packages.lock.json'], tools: ['dotnet', 'nuget'] },
  { files: ['mix.lock'], tools: ['mix'] },
  { files: ['pubspec.lock'], tools: ['dart', 'flutter'] },
  { files: ['Package.resolved', 'Podfile.lock'], tools: ['swift', 'cocoapods'] },
  { files: ['flake.lock'], tools: ['nix'] },
  { files: ['.terraform.lock.hcl'], tools: ['terraform', 'tofu'] },
];

/**
 * Why no fix may touch `path`, or null.
 * @param own the repository's own `protected_paths`
 * @param tool the tool that made the patch; only it may change its own ecosystem's lock files
 */
export function protectedPath(path: string, own: readonly string[], tool: string | null): Refusal | null {
  const always = ALWAYS_PROTECTED.find((pattern) => matchesPath(pattern, path));
  if (always !== undefined)
    return { rule: 'path.protected', reason: `${path} is always protected (${always})` };
  const listed = own.find((pattern) => matchesPath(pattern, path));
  if (listed !== undefined) {
    return { rule: 'path.protected', reason: `${path} is protected by the repository's policy (${listed})` };
  }
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const lock = LOCK_FILES.find(({ files }) => files.some((file) => file.toLowerCase() === name));
  if (lock && !(tool !== null && lock.tools.includes(tool.toLowerCase()))) {
    return { rule: 'path.lock_file', reason: `${path} is a lock file of another tool` };
  }
  return null;
}
