/** Makes folders one level at a time. Nothing else in Couture makes a folder at a given path. */

import { chmod, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import { errorCode, reason } from './system-errors.ts';

/**
 * Makes a folder and its parents if they are missing. `mkdir` with `recursive` would never return where the
 * system says of an ancestor that it is missing and cannot be made: below /proc, or in a working directory
 * that was deleted.
 * @throws CoutureError of kind `runtime` when it cannot be made
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeWithParents(path);
  } catch (cause) {
    throw new CoutureError('runtime', `Cannot make the folder ${path}: ${await whyNot(cause)}.`, {
      hint: 'Check that the parent folder is writable and that no file has this name.',
      cause,
    });
  }
}

/**
 * Makes a folder that is not there yet, and those above it. Of several processes that ask for it, one alone gets it.
 * @returns false where there is something at that path
 * @throws CoutureError of kind `runtime` when it cannot be made
 */
export async function claimFolder(path: string): Promise<boolean> {
  await makeFolder(dirname(path));
  try {
    await mkdir(path);
    await syncFolder(dirname(path));
    return true;
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return false;
    throw new CoutureError('runtime', `Cannot make the folder ${path}: ${await whyNot(cause)}.`, { cause });
  }
}

async function makeWithParents(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await makeOne(at)); at = dirname(at)) {
    missing.push(at);
    if (dirname(at) === at) break;
  }
  // What is still missing cannot be made, and this call gives the reason.
  for (const folder of missing.reverse()) if (!(await makeOne(folder))) await mkdir(folder);
}

/** False where the folder above is missing. */
async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    await syncFolder(dirname(path));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    // Of what is there already, some file systems give another reason: read-only ones, and the root of a drive.
    if (!(await isFolder(path))) throw error;
  }
  return true;
}

/**
 * Makes what changed in a folder last through a loss of power. Where folders cannot be flushed (Windows), nothing is lost by not
 * doing so.
 */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // The file itself is safe.
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function whyNot(cause: unknown): Promise<string> {
  if (errorCode(cause) === 'EEXIST') return 'a file has its name';
  if (errorCode(cause) === 'ENOENT' && !(await isFolder(workingDirectory())))
    return 'the working directory was deleted';
  return reason(cause);
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '';
  }
}

/** Makes a folder that only its owner may read, also where it existed with other permissions. */
export async function makePrivateFolder(path: string): Promise<void> {
  await makeFolder(path);
  await chmod(path, 0o700);
}
