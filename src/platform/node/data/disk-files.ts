/** Files on disk for the readers: a folder as a list of entries, one file as a source of bytes. */

import { createHash } from 'node:crypto';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import type { ByteSource } from '../../../data/readers/bytes.ts';
import { type FileEntry, isHidden } from '../../../data/readers/entries.ts';
import { limits } from '../../../data/readers/tools.ts';
import { openRegular, readLimited, readPiece } from '../files/read.ts';
import { isMissing, reason } from '../files/system-errors.ts';

/** Folders inside folders beyond this are a loop. */
const MAX_DEPTH = 32;
/** Number of files per batch. */
const BATCH = 64;

/** A file of a folder. */
class DiskFile implements FileEntry {
  readonly path: string;
  readonly size: number;
  readonly changed: number;
  readonly #folder: string;

  constructor(folder: string, path: string, { size, mtimeMs }: { size: number; mtimeMs: number }) {
    this.#folder = folder;
    this.path = path;
    this.size = size;
    this.changed = mtimeMs;
  }

  async read(): Promise<Uint8Array> {
    const bytes = await readLimited(join(this.#folder, this.path), limits.file);
    if (bytes !== undefined) return bytes;
    throw new CoutureError('data', `${this.path}: the file no longer exists.`);
  }

  async open(): Promise<ByteSource> {
    return fileSource(join(this.#folder, this.path), this.size, this.path);
  }
}

/** A file that is read piece by piece; it is opened again for each piece. */
export function fileSource(path: string, size: number, name: string): ByteSource {
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    try {
      const file = await openRegular(path);
      try {
        return await readPiece(file, start, end);
      } finally {
        await file.close();
      }
    } catch (cause) {
      throw new CoutureError('data', `${name}: the file cannot be read: ${reason(cause)}.`, { cause });
    }
  };
  return { name, size, read };
}

/**
 * The files of a folder and of those below it, without hidden ones. Links are followed, loops are not.
 * @param onFile is told how many there are so far
 * @throws CoutureError of kind `data` when a folder cannot be read or there are too many files; of kind `interrupted`
 */
export async function listFolder(
  folder: string,
  {
    signal,
    onFile,
  }: { readonly signal?: AbortSignal | undefined; readonly onFile?: (count: number) => void } = {},
): Promise<DiskFile[]> {
  const files: DiskFile[] = [];
  const visit = async (inner: string, parents: readonly string[]): Promise<void> => {
    const here = join(folder, inner);
    const real = await realpath(here);
    if (parents.includes(real) || parents.length > MAX_DEPTH) return;
    const names = (await readdir(here)).sort().map((name) => (inner === '' ? name : `${inner}/${name}`));
    const visible = names.filter((path) => !isHidden(path));
    for (let start = 0; start < visible.length; start += BATCH) {
      if (signal?.aborted) throw new CoutureError('interrupted', `Reading ${folder} was interrupted.`);
      const batch = visible.slice(start, start + BATCH);
      // Broken links are skipped.
      const found = await Promise.all(batch.map((path) => stat(join(folder, path)).catch(() => null)));
      for (const [i, info] of found.entries()) {
        if (info?.isFile()) files.push(new DiskFile(folder, batch[i], info));
        else if (info?.isDirectory()) await visit(batch[i], [...parents, real]);
      }
      if (files.length > limits.entries)
        throw new CoutureError('data', `${folder}: found more than ${limits.entries} files, the limit.`);
      onFile?.(files.length);
    }
  };
  try {
    await visit('', []);
  } catch (cause) {
    if (cause instanceof CoutureError) throw cause;
    throw new CoutureError('data', `${folder}: the folder cannot be read: ${reason(cause)}.`, { cause });
  }
  return files;
}

/** A file below a folder by its path, or undefined when there is none. */
export async function findFile(folder: string, path: string): Promise<DiskFile | undefined> {
  try {
    const info = await stat(join(folder, path));
    return info.isFile() ? new DiskFile(folder, path, info) : undefined;
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new CoutureError('data', `${path}: the file cannot be read: ${reason(cause)}.`, { cause });
  }
}

/** A digest of names, sizes and times of change: equal where files are most likely unchanged. */
export class Stamp {
  readonly #lines: string[] = [];

  add({
    path,
    size,
    changed,
  }: {
    readonly path: string;
    readonly size: number;
    readonly changed: number;
  }): void {
    this.#lines.push(`${path}\0${size}\0${changed}`);
  }

  /** In hex; the order in which files were added does not matter. */
  digest(): string {
    const hash = createHash('sha256');
    for (const line of this.#lines.sort()) hash.update(`${line}\n`);
    return hash.digest('hex');
  }
}
