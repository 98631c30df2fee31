/**
 * Runs in a page: files of the origin private file system (OPFS), which the browser keeps for the page's origin alone. A
 * file is written beside the old one by the browser, which puts it in its place when it is closed. A run is
 * locked by a Web Lock, which ends with its page or worker.
 */

import { CoutureError } from '../../../core/errors.ts';
import { type Release, type RunStore, slashPaths } from '../../../runs/store.ts';

const { basename, dirname, resolve } = slashPaths;

/**
 * How long to wait for a lock, in milliseconds. The browser gives back the locks of a closed or reloaded page a moment
 * later, so a page that resumes its run after a reload must not be refused at once.
 */
const lockPatience = 2_000;

/** How often a file may be replaced while it is read. */
const MOST_TRIES = 20;

/**
 * Opens a store in the page's own files. Runs, models and audits are all below one folder.
 * @param folder the name of that folder; stores of the same folder are the same store, in every page and worker
 * @throws CoutureError of kind `runtime` where the browser has no such files, as in a page that is not secure
 */
export async function openOpfsStore(folder = 'couture'): Promise<RunStore> {
  try {
    const root = await navigator.storage.getDirectory();
    return new OpfsStore(await root.getDirectoryHandle(folder, { create: true }), folder);
  } catch (cause) {
    throw new CoutureError('runtime', `This page has no private file system (OPFS): ${reason(cause)}.`, {
      hint: 'It needs a secure page (https: or localhost) and a window that is not private.',
      cause,
    });
  }
}

class OpfsStore implements RunStore {
  readonly paths = slashPaths;
  readonly #root: FileSystemDirectoryHandle;
  /** Distinguishes the locks of this store from others of the origin. */
  readonly #name: string;

  constructor(root: FileSystemDirectoryHandle, name: string) {
    this.#root = root;
    this.#name = name;
  }

  async list(folder: string): Promise<string[]> {
    const found = await this.#folder(folder);
    const names: string[] = [];
    if (found !== undefined) for await (const name of found.keys()) names.push(name);
    return names;
  }

  async kind(path: string): Promise<'file' | 'folder' | undefined> {
    if ((await this.#folder(path)) !== undefined) return 'folder';
    return (await this.#file(path)) === undefined ? undefined : 'file';
  }

  async read(path: string, limit: number): Promise<Uint8Array | undefined> {
    for (let tries = 1; ; tries++) {
      const file = await this.#file(path);
      if (file === undefined) {
        if ((await this.#folder(path)) === undefined) return undefined;
        throw new CoutureError('data', `Cannot read ${path}: it is a folder.`);
      }
      if (file.size > limit)
        throw new CoutureError('data', `${path} has ${file.size} bytes, over the limit of ${limit}.`);
      try {
        return new Uint8Array(await file.arrayBuffer());
      } catch (cause) {
        // A file that was replaced meanwhile is unreadable, so the new one is read.
        if (isReplaced(cause) && tries < MOST_TRIES) continue;
        throw new CoutureError('data', `Cannot read ${path}: ${reason(cause)}.`, { cause });
      }
    }
  }

  async readHead(path: string, length: number): Promise<Uint8Array | undefined> {
    const file = await this.#file(path);
    const bytes = await file
      ?.slice(0, length)
      .arrayBuffer()
      .catch(() => undefined);
    return bytes && new Uint8Array(bytes);
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    try {
      const folder = await this.#folder(dirname(path));
      if (folder === undefined) throw new Error(`there is no folder ${dirname(path)}`);
      const handle = await folder.getFileHandle(basename(path), { create: true });
      const stream = await handle.createWritable();
      try {
        // A copy: the browser takes no views of shared memory.
        await stream.write(typeof content === 'string' ? content : Uint8Array.from(content));
        await stream.close();
      } catch (error) {
        await stream.abort().catch(() => {});
        throw error;
      }
    } catch (cause) {
      throw new CoutureError('runtime', `Cannot write ${path}: ${reason(cause)}.`, {
        hint: 'Check that the browser has storage left for this page, or remove runs that you do not need.',
        cause,
      });
    }
  }

  async findWritable(path: string): Promise<string> {
    const kind = await this.kind(dirname(path));
    if (dirname(path) !== '.' && kind !== 'folder')
      throw new CoutureError('runtime', `Cannot write ${path}: there is no folder ${dirname(path)}.`);
    if ((await this.kind(path)) === 'folder')
      throw new CoutureError('runtime', `Cannot write ${path}: it is a folder.`);
    return resolve(path);
  }

  async makeFolder(path: string): Promise<void> {
    try {
      await this.#make(path);
    } catch (cause) {
      throw new CoutureError('runtime', `Cannot make the folder ${path}: ${reason(cause)}.`, { cause });
    }
  }

  async claimFolder(path: string): Promise<boolean> {
    const root = dirname(path);
    try {
      const parent = await this.#make(root);
      return await navigator.locks.request(this.#lockName('claim', path), async () => {
        if ((await this.kind(path)) !== undefined) return false;
        await parent.getDirectoryHandle(basename(path), { create: true });
        return true;
      });
    } catch (cause) {
      throw new CoutureError('runtime', `Cannot make a run folder in ${root}: ${reason(cause)}.`, { cause });
    }
  }

  async makeScratch(): Promise<string> {
    const path = `scratch/${crypto.randomUUID()}`;
    await this.makeFolder(path);
    return path;
  }

  async remove(path: string): Promise<void> {
    const folder = await this.#folder(dirname(path));
    await folder?.removeEntry(basename(path), { recursive: true }).catch(ignoreAbsence);
  }

  /** What a page that was closed left beside a file is the browser's, and not to be seen. */
  async removeTemporary(): Promise<void> {}

  async lock(folder: string): Promise<Release> {
    const { promise: until, resolve: release } = Promise.withResolvers<void>();
    return await new Promise((locked, refused) => {
      const holding = navigator.locks.request(
        this.#lockName('run', folder),
        { signal: AbortSignal.timeout(lockPatience) },
        async () => {
          locked(async () => {
            release();
            await holding;
          });
          await until;
        },
      );
      holding.catch((cause) => {
        const busy = cause instanceof DOMException && cause.name === 'TimeoutError';
        refused(busy ? inUse(folder) : cause);
      });
    });
  }

  async lockHolder(folder: string): Promise<string | undefined> {
    const { held = [] } = await navigator.locks.query();
    const name = this.#lockName('run', folder);
    return held.some((lock) => lock.name === name) ? 'this page or another one' : undefined;
  }

  #lockName(what: string, path: string): string {
    return `couture ${what}: ${this.#name}/${resolve(path)}`;
  }

  /** The folder at a path; undefined where there is none. */
  async #folder(path: string): Promise<FileSystemDirectoryHandle | undefined> {
    let folder: FileSystemDirectoryHandle | undefined = this.#root;
    for (const name of namesOf(path)) folder = await folder?.getDirectoryHandle(name).catch(ignoreAbsence);
    return folder;
  }

  async #make(path: string): Promise<FileSystemDirectoryHandle> {
    let folder = this.#root;
    for (const name of namesOf(path)) folder = await folder.getDirectoryHandle(name, { create: true });
    return folder;
  }

  async #file(path: string): Promise<File | undefined> {
    const name = basename(path);
    const folder = name === '' ? undefined : await this.#folder(dirname(path));
    const handle = await folder?.getFileHandle(name).catch(ignoreAbsence);
    return await handle?.getFile().catch(ignoreAbsence);
  }
}

function inUse(folder: string): CoutureError {
  return new CoutureError('runtime', `${folder} is in use by this page or another one.`, {
    hint: 'Wait for it, close the other page, or use another name.',
  });
}

function namesOf(path: string): string[] {
  return resolve(path)
    .split('/')
    .filter((name) => name !== '');
}

function isReplaced(error: unknown): boolean {
  return error instanceof DOMException && ['NotFoundError', 'NotReadableError'].includes(error.name);
}

/** Undefined for what is not there, or is a folder where a file is asked for and the other way round. */
function ignoreAbsence(error: unknown): undefined {
  if (error instanceof DOMException && ['NotFoundError', 'TypeMismatchError'].includes(error.name))
    return undefined;
  throw error;
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}
