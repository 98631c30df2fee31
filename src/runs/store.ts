/**
 * Where runs are kept: the narrow interface between runs and files. A folder on Node, memory in tests, and the origin
 * private file system (OPFS) in a page implement it; test/store-contract.ts is what each of them is held to. A store knows
 * files and folders by their paths, and nothing of what the files mean.
 */

/** How a store writes paths. `node:path` has these on Node; `slashPaths` elsewhere. */
export interface Paths {
  join(...parts: string[]): string;
  /** The folder that a path is in; `.` where the path names none. */
  dirname(path: string): string;
  /** The last name of a path, without an ending that is given. */
  basename(path: string, ending?: string): string;
  /** The same path in its full form. */
  resolve(path: string): string;
}

/** Gives a lock back. */
export type Release = () => Promise<void>;

/** Files and folders. Every method may be called at any time; calls for different paths do not wait for each other. */
export interface RunStore {
  readonly paths: Paths;

  /** Names of the files and folders in a folder, in no order; none where there is no such folder. */
  list(folder: string): Promise<string[]>;

  /** What is at a path; undefined where there is nothing. */
  kind(path: string): Promise<'file' | 'folder' | undefined>;

  /**
   * The bytes of a file; undefined where there is none.
   * @param limit bytes; more are refused before they are read
   * @throws CoutureError of kind `data` when the file is longer than the limit or cannot be read
   */
  read(path: string, limit: number): Promise<Uint8Array | undefined>;

  /** The first bytes of a file, to see of what kind it is; undefined where there is none, or it cannot be read. */
  readHead(path: string, length: number): Promise<Uint8Array | undefined>;

  /**
   * Writes a file whole or not at all: whatever interrupts it, a reader finds the old file or the new one. The folder is
   * there.
   * @throws CoutureError of kind `runtime` when the file cannot be written; the old file is still there then
   */
  write(path: string, content: Uint8Array | string): Promise<void>;

  /**
   * The path that `write` would write to, without links, found before work whose result goes there. The folder is there.
   * @throws CoutureError of kind `runtime` when nothing can be written there
   */
  findWritable(path: string): Promise<string>;

  /**
   * Makes a folder, and those above it, where they are missing.
   * @throws CoutureError of kind `runtime` when it cannot be made
   */
  makeFolder(path: string): Promise<void>;

  /**
   * Makes the folder of a new run, and those above it. Of several callers, in whichever process or page, one alone gets
   * it.
   * @returns false where there is something at that path already
   * @throws CoutureError of kind `runtime` when it cannot be made
   */
  claimFolder(path: string): Promise<boolean>;

  /** Makes an empty folder for work that is thrown away; whoever asked for it removes it. */
  makeScratch(): Promise<string>;

  /** Removes a file, or a folder with all that is in it. Nothing happens where there is none. */
  remove(path: string): Promise<void>;

  /** Removes what writers that were ended left beside their files in a folder. Only for whoever holds the folder's lock. */
  removeTemporary(folder: string): Promise<void>;

  /**
   * Keeps others from writing into a run's folder. A lock whose holder is gone, however it ended, is no lock.
   * @throws CoutureError of kind `runtime` when somebody else holds it
   */
  lock(folder: string): Promise<Release>;

  /** Who holds the lock of a folder, in words such as `process 12`; undefined where nobody does. */
  lockHolder(folder: string): Promise<string | undefined>;
}

/** Paths of names and slashes, for stores that are no file system of a machine. */
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

/** Without empty names and dots; `..` takes back the name before it, and does not lead out of the store. */
function normalize(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names.join('/');
}
