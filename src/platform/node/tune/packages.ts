/**
 * The packages that only studies need. They are not installed with Couture: PGlite has 27 MB, more than everything else
 * together, so most users would carry it for nothing.
 */

import { CoutureError } from '../../../core/errors.ts';
import { errorCode } from '../files/system-errors.ts';

/** @throws CoutureError of kind `usage` when it is not installed, with the command that installs it */
export async function loadPgBoss(): Promise<typeof import('pg-boss')> {
  return await installed(async () => await import('pg-boss'), 'pg-boss');
}

/** @throws CoutureError of kind `usage` when it is not installed, with the command that installs it */
export async function loadPGlite(): Promise<typeof import('@electric-sql/pglite')> {
  return await installed(async () => await import('@electric-sql/pglite'), '@electric-sql/pglite');
}

async function installed<Module>(load: () => Promise<Module>, name: string): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    if (errorCode(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new CoutureError('usage', `couture tune needs the package ${name}, which is not installed.`, {
      hint: 'Install both packages of studies: npm install pg-boss @electric-sql/pglite',
      cause,
    });
  }
}
