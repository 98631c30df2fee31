/**
 * A store on a disk that loses power: a write that was under way is there whole or not at all, and what was removed may be back, as
 * long as nothing was written into the same folder since. Writes can also be refused, as on a full disk.
 */

import { CoutureError } from '../src/core/errors.ts';
import type { RandomStream } from '../src/core/philox.ts';
import { MemoryStore } from '../src/runs/memory-store.ts';
import { type Release, type RunStore, slashPaths } from '../src/runs/store.ts';

const { dirname, join, resolve } = slashPaths;

/** What can go wrong. */
export interface Misfortune {
  readonly random: RandomStream;
  /** Changes before the power goes. */
  readonly changes: number;
  /** Share of the writes that find the disk full, 0 to 1. */
  readonly fullShare?: number;
  /** A write that is under way leaves half of the file: what no store may do, to see that it is noticed. */
  readonly tears?: boolean;
}

/** Thrown by every call once the power is gone. */
export class PowerLoss extends Error {}

/** A removed file or folder, with what was in it. */
interface Removed {
  readonly path: string;
  readonly contents: readonly [path: string, bytes: Uint8Array | undefined][];
}

/** See above. `survivor` is what the next process finds. */
export class ForgetfulStore implements RunStore {
  readonly paths = slashPaths;
  readonly #inner: MemoryStore;
  readonly #misfortune: Misfortune;
  #left: number;
  #removed: Removed[] = [];

  constructor(inner: MemoryStore, misfortune: Misfortune) {
    this.#inner = inner;
    this.#misfortune = misfortune;
    this.#left = misfortune.changes;
  }

  /** Whether the power is gone. */
  get isDead(): boolean {
    return this.#left < 0;
  }

  /** The disk as it is when the power is back: no locks, and some of what was removed. */
  async survivor(): Promise<MemoryStore> {
    const next = new MemoryStore();
    await copy(this.#inner, next, '');
    for (const { contents } of this.#removed) {
      if (this.#misfortune.random.nextBelow(2) === 0) continue;
      for (const [path, bytes] of contents) {
        if (bytes === undefined) await next.makeFolder(path);
        else {
          await next.makeFolder(dirname(path));
          await next.write(path, bytes);
        }
      }
    }
    return next;
  }

  #alive(): void {
    if (this.isDead) throw new PowerLoss('the power is gone');
  }

  /** Counts a change; the last one happens or not. */
  async #change(work: () => Promise<void>): Promise<void> {
    this.#alive();
    this.#left -= 1;
    if (this.#left >= 0) return await work();
    if (this.#misfortune.random.nextBelow(2) === 0) await work();
    this.#alive();
  }

  async list(folder: string): Promise<string[]> {
    this.#alive();
    return await this.#inner.list(folder);
  }

  async kind(path: string): Promise<'file' | 'folder' | undefined> {
    this.#alive();
    return await this.#inner.kind(path);
  }

  async read(path: string, limit: number): Promise<Uint8Array | undefined> {
    this.#alive();
    return await this.#inner.read(path, limit);
  }

  async readHead(path: string, length: number): Promise<Uint8Array | undefined> {
    this.#alive();
    return await this.#inner.readHead(path, length);
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    if (this.#left === 0 && this.#misfortune.tears)
      await this.#inner.write(path, content.slice(0, content.length / 2));
    await this.#change(async () => {
      const isFull = this.#misfortune.random.nextBelow(1000) < 1000 * (this.#misfortune.fullShare ?? 0);
      // An empty file takes no room.
      if (isFull && content.length > 0)
        throw new CoutureError('runtime', `Cannot write ${path}: no space left on device.`);
      await this.#inner.write(path, content);
      // A write flushes its folder, and with it what was removed there.
      const folder = dirname(resolve(path));
      this.#removed = this.#removed.filter((removed) => dirname(removed.path) !== folder);
    });
  }

  async findWritable(path: string): Promise<string> {
    this.#alive();
    return await this.#inner.findWritable(path);
  }

  async makeFolder(path: string): Promise<void> {
    this.#alive();
    await this.#inner.makeFolder(path);
  }

  async claimFolder(path: string): Promise<boolean> {
    let claimed = false;
    await this.#change(async () => {
      claimed = await this.#inner.claimFolder(path);
    });
    return claimed;
  }

  async makeScratch(): Promise<string> {
    this.#alive();
    return await this.#inner.makeScratch();
  }

  async remove(path: string): Promise<void> {
    await this.#change(async () => {
      const place = resolve(path);
      const contents: [string, Uint8Array | undefined][] = [];
      await walk(this.#inner, place, (found, bytes) => contents.push([found, bytes]));
      if (contents.length > 0) this.#removed.push({ path: place, contents });
      await this.#inner.remove(path);
    });
  }

  async removeTemporary(): Promise<void> {}

  async lock(folder: string): Promise<Release> {
    this.#alive();
    return await this.#inner.lock(folder);
  }

  async lockHolder(folder: string): Promise<string | undefined> {
    this.#alive();
    return await this.#inner.lockHolder(folder);
  }
}

async function copy(from: MemoryStore, to: MemoryStore, path: string): Promise<void> {
  const made: Promise<void>[] = [];
  const files: [string, Uint8Array][] = [];
  await walk(from, path, (found, bytes) => {
    if (bytes === undefined) made.push(to.makeFolder(found));
    else files.push([found, bytes]);
  });
  await Promise.all(made);
  for (const [found, bytes] of files) await to.write(found, bytes);
}

/** Visits what is at a path, folders before what is in them. */
async function walk(
  store: MemoryStore,
  path: string,
  visit: (path: string, bytes: Uint8Array | undefined) => void,
): Promise<void> {
  const kind = await store.kind(path);
  if (kind === undefined) return;
  if (kind === 'file') return visit(path, await store.read(path, Number.POSITIVE_INFINITY));
  if (path !== '') visit(path, undefined);
  for (const name of await store.list(path)) await walk(store, join(path, name), visit);
}
