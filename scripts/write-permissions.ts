import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { permissionsPage } from './permissions-page.ts';

/** Writes `docs/permissions.md`. */
writeFileSync(path.resolve(import.meta.dirname, '../docs/permissions.md'), permissionsPage());
