import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Builds `dist/`: compiled modules and the assets that they read at run time. */
const root = path.resolve(import.meta.dirname, '..');
rmSync(path.join(root, 'dist'), { recursive: true, force: true });
execFileSync(
  process.execPath,
  [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
for (const asset of globSync('{src,handlers,workers}/**/*.{lua,sql,html,css}', { cwd: root })) {
  mkdirSync(path.join(root, 'dist', path.dirname(asset)), { recursive: true });
  cpSync(path.join(root, asset), path.join(root, 'dist', asset));
}
