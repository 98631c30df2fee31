/**
 * Writes files whole or not at all: after a power failure or for a concurrent reader, there is never half a
 * file. Nothing else in Couture writes to a given path.
 */

import { constants, write as writeDescriptor } from 'node:fs';
import {
  access,
  type FileHandle,
  lstat,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CoutureError } from '../../../core/errors.ts';
import { isAlive } from './alive.ts';
import { syncFolder } from './folders.ts';
import { errorCode, reason } from './system-errors.ts';

/** Links that lead to links beyond this are a loop. */
const MAX_LINKS = 40;

/** No write takes so long. */
const STALE_MS = 10_000;

let serial = 0;

/** The target of a write: a file to replace, a special file, or an open descriptor of this process. */
type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'device'; readonly path: string }
  | { readonly kind: 'descriptor'; readonly descriptor: number };

/**
 * Writes beside `path`, flushes to the disk, then renames over it. For a link, its target is replaced. A pipe
 * or a device is written into. On failure the old file is unchanged and no temporary file is left.
 * @throws CoutureError of kind `runtime` when the file cannot be written
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  try {
    const target = await findTarget(path);
    if (target.kind === 'file') await replace(target.path, bytes);
    else if (target.kind === 'device') await writeInto(target.path, bytes);
    else await writeAll(target.descriptor, bytes);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/**
 * The path that a write would use, without links, to check before long work.
 * @throws CoutureError of kind `runtime` when it cannot be written. The folder is there.
 */
export async function findWritable(path: string): Promise<string> {
  try {
    const target = await findTarget(path);
    if (target.kind === 'descriptor') return path;
    if (target.kind === 'device') {
      await access(target.path, constants.W_OK);
      return target.path;
    }
    await access(dirname(target.path), constants.W_OK);
    await removeStale(target.path);
    return target.path;
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** Whether a path is standard output, which must then contain nothing else. */
export function isStandardOutput(path: string): boolean {
  return descriptorOf(path) === 1;
}

/** Makes a file that is not there yet, to be written piece by piece by whoever has it, and read again. */
export async function createFile(path: string): Promise<FileHandle> {
  return await open(path, 'wx+');
}

async function findTarget(path: string): Promise<Target> {
  const descriptor = descriptorOf(path);
  if (descriptor !== undefined) return { kind: 'descriptor', descriptor };
  const found = await stat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return { kind: 'file', path: await followLinks(path) };
  if (found.isDirectory()) throw new Error('it is a folder');
  return found.isFile() ? { kind: 'file', path: await realpath(path) } : { kind: 'device', path };
}

/** Names of this process's own open files. Such a file is not replaced, because the shell has it open. */
function descriptorOf(path: string): number | undefined {
  const [, name, number] =
    /^\/(?:dev\/(?:(stdout|stderr)|fd\/(\d{1,9}))|proc\/self\/fd\/(\d{1,9}))$/.exec(path) ?? [];
  if (name !== undefined) return name === 'stdout' ? 1 : 2;
  return number === undefined ? undefined : Number(number);
}

/** The file that is made where a link leads to nothing yet. */
async function followLinks(path: string): Promise<string> {
  let at = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    const found = await lstat(at).catch(() => undefined);
    if (!found?.isSymbolicLink()) return at;
    at = resolve(dirname(at), await readlink(at));
  }
  throw new Error('there are too many symbolic links');
}

async function replace(path: string, bytes: Uint8Array): Promise<void> {
  serial += 1;
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}-${serial}.tmp`);
  try {
    const file = await createFile(beside);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

/**
 * Writes into a pipe or a device. A pipe without a reader is refused, because a plain open would block
 * forever.
 */
async function writeInto(path: string, bytes: Uint8Array): Promise<void> {
  const probe = await open(path, constants.O_WRONLY | (constants.O_NONBLOCK ?? 0)).catch((error: unknown) => {
    if (errorCode(error) === 'ENXIO') throw new Error('no process reads from it');
    throw error;
  });
  try {
    // The first one stays open, so that a reader does not see an end between the two.
    const file = await open(path, constants.O_WRONLY);
    try {
      await file.writeFile(bytes);
    } finally {
      await file.close();
    }
  } finally {
    await probe.close();
  }
}

const writeSome = promisify(writeDescriptor);

async function writeAll(descriptor: number, bytes: Uint8Array): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += (await writeSome(descriptor, bytes, at, bytes.length - at)).bytesWritten;
    } catch (error) {
      if (errorCode(error) !== 'EAGAIN') throw error;
      await wait(1);
    }
  }
}

function cannotWrite(path: string, cause: unknown): CoutureError {
  return new CoutureError('runtime', `Cannot write ${path}: ${reason(cause)}.`, {
    hint: 'Check that the folder is writable and that the disk has room.',
    cause,
  });
}

/** Removes what writers that were killed left beside their files in a folder. Only for whoever alone writes there. */
export async function removeTemporary(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names)
    if (temporaryOf(name) !== undefined) await rm(join(folder, name), { force: true });
}

/** Of which file a temporary file is, and which process writes it; undefined for any other name. */
export function temporaryOf(name: string): { readonly file: string; readonly writer: number } | undefined {
  const [, file, writer] = /^\.(.+)\.(\d+)-\d+\.tmp$/.exec(name) ?? [];
  return file === undefined ? undefined : { file, writer: Number(writer) };
}

/** Removes what killed writers of this one file left beside it. A process of another machine may be writing right now. */
async function removeStale(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder).catch(() => [])) {
    const found = temporaryOf(name);
    if (found?.file !== basename(path) || isAlive(found.writer)) continue;
    const age = await stat(join(folder, name)).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > STALE_MS) await rm(join(folder, name), { force: true });
  }
}
