/**
 * The part files of downloads, in `<cache>/part`. Each belongs to one process at a time, which claims it by
 * renaming. Their contents are not trusted; the finished file is verified as a whole.
 */

import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../files/alive.ts';
import { makeFolder } from '../files/folders.ts';
import { openRegular, readLimited } from '../files/read.ts';

/** More than any download has. */
const MAX_PART_BYTES = 2 ** 30;

/** A part file that this process owns. Without a writable cache it holds nothing and keeps nothing. */
export class PartialFile {
  readonly #folder: string;
  readonly #key: string;
  #path: string | null = null;
  #file: FileHandle | null = null;

  private constructor(folder: string, key: string) {
    this.#folder = folder;
    this.#key = key;
  }

  /** Claims the largest part that an ended download of this address left, or begins a new one. */
  static async claim(cache: string, url: string): Promise<PartialFile> {
    const key = createHash('sha256').update(url).digest('hex').slice(0, 16);
    const part = new PartialFile(join(cache, 'part'), key);
    try {
      await makeFolder(part.#folder);
      const own = join(part.#folder, `${key}.${process.pid}.${randomUUID()}.part`);
      for (const { path } of await idleParts(part.#folder, key)) {
        const won = await rename(path, own).then(
          () => true,
          () => false,
        );
        if (won) break;
      }
      part.#path = own;
      part.#file = await openRegular(own, constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY);
    } catch {
      // Without a writable cache, only resuming is lost.
    }
    return part;
  }

  /** What the part holds so far. */
  async read(): Promise<Uint8Array<ArrayBuffer>> {
    const found =
      this.#path === null ? undefined : await readLimited(this.#path, MAX_PART_BYTES).catch(() => undefined);
    return found ?? new Uint8Array(0);
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (this.#file === null) return;
    try {
      await this.#file.writeFile(bytes);
    } catch {
      // A full disk: the download goes on in memory, and there is nothing to resume from.
      await this.drop();
    }
  }

  /** Forgets what it holds. */
  async clear(): Promise<void> {
    await this.#file?.truncate(0).catch(() => undefined);
  }

  /** Leaves the part for the next one to resume; an empty one is not worth keeping. */
  async release(): Promise<void> {
    const path = this.#path;
    await this.#close();
    if (path === null) return;
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size === 0) await rm(path, { force: true });
    else
      await rename(path, join(this.#folder, `${this.#key}.idle.${randomUUID()}.part`)).catch(() => undefined);
  }

  /** Removes the part. */
  async drop(): Promise<void> {
    const path = this.#path;
    await this.#close();
    if (path !== null) await rm(path, { force: true });
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    this.#path = null;
    await file?.close().catch(() => undefined);
  }
}

async function idleParts(folder: string, key: string): Promise<{ path: string; size: number }[]> {
  const parts: { path: string; size: number }[] = [];
  for (const name of await readdir(folder)) {
    const [of, owner, , kind] = name.split('.');
    if (of !== key || kind !== 'part' || (owner !== 'idle' && isAlive(Number(owner)))) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found) parts.push({ path, size: found.size });
  }
  return parts.sort((a, b) => b.size - a.size);
}
