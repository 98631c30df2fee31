/**
 * The storage of runs: the narrow interface between runs and files. A folder in Node, memory in tests, and
 * the origin private file system (OPFS) in a page implement it; test/store-contract.ts tests each of them. A
 * store knows only paths, files and folders.
 */

/** Path functions of a store: those of `node:path` in Node, and `slashPaths` elsewhere. */
export interface Paths {
  join(...parts: string[]): string;
  /** The parent folder of a path; `.` if there is none. */
  dirname(path: string): string;
  /** The last name of a path, without a given ending. */
  basename(path: string, ending?: string): string;
  /** The absolute form of a path. */
  resolve(path: string): string;
}

/** Gives a lock back. */
export type Release = () => Promise<void>;

/** Files and folders. Every method may be called at any time; calls for different paths do not wait for each other. */
export interface RunStore {
  readonly paths: Paths;

  /** Names of the files and folders in a folder, in no order; none if the folder does not exist. */
  list(folder: string): Promise<string[]>;

  /** The kind of entry at a path; undefined if there is nothing. */
  kind(path: string): Promise<'file' | 'folder' | undefined>;

  /**
   * The bytes of a file; undefined if it does not exist.
   * @param limit in bytes; longer files are refused before reading
   * @throws CoutureError of kind `data` when the file is longer than the limit or cannot be read
   */
  read(path: string, limit: number): Promise<Uint8Array | undefined>;

  /** The first bytes of a file, to recognize its kind; undefined if it does not exist or cannot be read. */
  readHead(path: string, length: number): Promise<Uint8Array | undefined>;

  /**
   * Writes a file whole or not at all: after any interruption, a reader finds the old file or the new one.
   * The folder must exist.
   * @throws CoutureError of kind `runtime` when the file cannot be written; the old file is still there then
   */
  write(path: string, content: Uint8Array | string): Promise<void>;

  /**
   * The path that `write` would write to, without links, to check before long work. The folder must exist.
   * @throws CoutureError of kind `runtime` when nothing can be written there
   */
  findWritable(path: string): Promise<string>;

  /**
   * Makes a folder and its parents if they are missing.
   * @throws CoutureError of kind `runtime` when it cannot be made
   */
  makeFolder(path: string): Promise<void>;

  /**
   * Makes the folder of a new run and its parents. Only one of several callers, in any process or page, gets
   * it.
   * @returns false if the path already exists
   * @throws CoutureError of kind `runtime` when it cannot be made
   */
  claimFolder(path: string): Promise<boolean>;

  /** Makes an empty folder for temporary work; the caller removes it. */
  makeScratch(): Promise<string>;

  /** Removes a file, or a folder with its contents. No effect if it does not exist. */
  remove(path: string): Promise<void>;

  /** Removes the temporary files of killed writers in a folder. Only for the holder of the folder's lock. */
  removeTemporary(folder: string): Promise<void>;

  /**
   * Locks the folder of a run. The lock of a holder that has ended does not count.
   * @throws CoutureError of kind `runtime` when it is already held
   */
  lock(folder: string): Promise<Release>;

  /** The holder of the lock of a folder as text, such as `process 12`; undefined if it is not locked. */
  lockHolder(folder: string): Promise<string | undefined>;
}

/** Paths of names and slashes, for stores outside a real file system. */
export const slashPaths: Paths = {
  join(...parts) {
    return normalize(parts.filter((part) => part !== '').join('/'));
  },
  dirname(path) {
    return normalize(path).split('/').slice(0, -1).join('/') || '.';
  },
  basename(path, ending = '') {
    const name = normalize(path).split('/').at(-1) ?? '';
    return name !== ending && ending !== '' && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
  },
  resolve(path) {
    return normalize(path);
  },
};

/** Without empty names and dots; `..` removes the name before it, and does not lead out of the store. */
function normalize(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names.join('/');
}
