/** Temporary files of one import, in the folder of the cache; they are removed at its end in any case. */

import { randomUUID } from 'node:crypto';
import { type FileHandle, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import type { PixelStore } from '../../../data/import/pixel-store.ts';
import type { ByteSource } from '../../../data/readers/bytes.ts';
import { isAlive } from '../files/alive.ts';
import { makeFolder } from '../files/folders.ts';
import { openRegular, readPiece } from '../files/read.ts';
import { reason } from '../files/system-errors.ts';
import { createFile } from '../files/write.ts';

/** Temporary files and open input files, which are closed together. */
export class Scratch {
  readonly #folder: string;
  readonly #files: { readonly file: FileHandle; readonly path?: string }[] = [];

  /** @param folder where they lie; made when the first one is needed */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Stores a stream for random access. */
  async keep(chunks: AsyncIterable<Uint8Array>, name: string): Promise<ByteSource> {
    const file = await this.#create();
    let size = 0;
    for await (const chunk of chunks) {
      await written(file.write(chunk, 0, chunk.length, size));
      size += chunk.length;
    }
    return { name, size, read: (start, end) => readPiece(file, start, end) };
  }

  /** An input file that stays open until the end, because an archive is read at many offsets. */
  async open(path: string, size: number, name: string): Promise<ByteSource> {
    let file: FileHandle;
    try {
      file = await openRegular(path);
    } catch (cause) {
      throw new CoutureError('data', `${name}: the file cannot be read: ${reason(cause)}.`, { cause });
    }
    this.#files.push({ file });
    return { name, size, read: (start, end) => readPiece(file, start, end) };
  }

  /** Room for images of `size` bytes. */
  async pixelStore(size: number): Promise<PixelStore> {
    const file = await this.#create();
    return {
      write: async (index, pixels) => {
        await written(file.write(pixels, 0, size, index * size));
      },
      read: async (indices) => await readRows(file, indices, size),
      close: async () => {},
    };
  }

  async close(): Promise<void> {
    for (const { file, path } of this.#files.splice(0)) {
      await file.close().catch(() => undefined);
      if (path !== undefined) await rm(path, { force: true }).catch(() => undefined);
    }
  }

  async #create(): Promise<FileHandle> {
    await makeFolder(this.#folder);
    const path = join(this.#folder, temporaryName());
    const file = await written(createFile(path));
    this.#files.push({ file, path });
    // A file without a name vanishes with the process, even after a kill. If that is not possible, close
    // removes it.
    await rm(path, { force: true }).catch(() => undefined);
    return file;
  }
}

/** A name for a temporary file that says which process it belongs to. */
export function temporaryName(): string {
  return `${process.pid}.${randomUUID()}.tmp`;
}

/** Removes the temporary files of processes that have ended. */
export async function removeOrphans(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [pid, , ending] = name.split('.');
    if (ending === 'tmp' && !isAlive(Number(pid)))
      await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

async function readRows(file: FileHandle, indices: Uint32Array, size: number): Promise<Uint8Array> {
  const rows = new Uint8Array(indices.length * size);
  for (let i = 0; i < indices.length; ) {
    // Neighbors are read together.
    let end = i + 1;
    while (end < indices.length && indices[end] === indices[end - 1] + 1) end += 1;
    const start = indices[i] * size;
    rows.set(await readPiece(file, start, start + (end - i) * size), i * size);
    i = end;
  }
  return rows;
}

async function written<Result>(writing: Promise<Result>): Promise<Result> {
  try {
    return await writing;
  } catch (cause) {
    throw new CoutureError('runtime', `The cache cannot be written: ${reason(cause)}.`, {
      hint: 'Free space on the disk, or set COUTURE_CACHE to a writable folder.',
      cause,
    });
  }
}
