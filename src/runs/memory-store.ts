/** A store in memory, for tests and for temporary runs in a page. */

import { CoutureError } from '../core/errors.ts';
import { type Release, type RunStore, slashPaths } from './store.ts';

const { dirname, resolve } = slashPaths;

/** Files and folders as a map from path to bytes, or to undefined for a folder. */
export class MemoryStore implements RunStore {
  readonly paths = slashPaths;
  readonly #nodes = new Map<string, Uint8Array | undefined>();
  readonly #locked = new Set<string>();
  #scratches = 0;

  async list(folder: string): Promise<string[]> {
    const place = resolve(folder);
    const prefix = place === '' ? '' : `${place}/`;
    return [...this.#nodes.keys()]
      .filter((path) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'))
      .map((path) => path.slice(prefix.length));
  }

  async kind(path: string): Promise<'file' | 'folder' | undefined> {
    return this.#kind(resolve(path));
  }

  #kind(path: string): 'file' | 'folder' | undefined {
    if (path === '') return 'folder';
    if (!this.#nodes.has(path)) return undefined;
    return this.#nodes.get(path) === undefined ? 'folder' : 'file';
  }

  async read(path: string, limit: number): Promise<Uint8Array | undefined> {
    const place = resolve(path);
    if (this.#kind(place) === 'folder')
      throw new CoutureError('data', `Cannot read ${path}: it is a folder.`);
    const bytes = this.#nodes.get(place);
    if (bytes !== undefined && bytes.length > limit)
      throw new CoutureError('data', `${path} has ${bytes.length} bytes, over the limit of ${limit}.`);
    return bytes?.slice();
  }

  async readHead(path: string, length: number): Promise<Uint8Array | undefined> {
    return this.#nodes.get(resolve(path))?.slice(0, length);
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    const place = resolve(path);
    this.#checkWritable(path, place);
    this.#nodes.set(place, typeof content === 'string' ? new TextEncoder().encode(content) : content.slice());
  }

  async findWritable(path: string): Promise<string> {
    const place = resolve(path);
    this.#checkWritable(path, place);
    return place;
  }

  #checkWritable(path: string, place: string): void {
    const folder = dirname(place);
    if (folder !== '.' && this.#kind(folder) !== 'folder')
      throw new CoutureError('runtime', `Cannot write ${path}: there is no folder ${folder}.`);
    if (this.#kind(place) === 'folder')
      throw new CoutureError('runtime', `Cannot write ${path}: it is a folder.`);
  }

  async makeFolder(path: string): Promise<void> {
    this.#makeFolder(resolve(path));
  }

  #makeFolder(path: string): void {
    if (path === '' || path === '.') return;
    this.#makeFolder(dirname(path));
    if (this.#kind(path) === 'file')
      throw new CoutureError('runtime', `Cannot make the folder ${path}: a file with that name exists.`);
    this.#nodes.set(path, undefined);
  }

  async claimFolder(path: string): Promise<boolean> {
    const place = resolve(path);
    this.#makeFolder(dirname(place));
    if (this.#kind(place) !== undefined) return false;
    this.#nodes.set(place, undefined);
    return true;
  }

  async makeScratch(): Promise<string> {
    const path = `scratch/${this.#scratches++}`;
    this.#makeFolder(path);
    return path;
  }

  async remove(path: string): Promise<void> {
    const place = resolve(path);
    for (const known of this.#nodes.keys())
      if (known === place || known.startsWith(`${place}/`)) this.#nodes.delete(known);
  }

  /** Writes are immediate, so there are no temporary files. */
  async removeTemporary(): Promise<void> {}

  async lock(folder: string): Promise<Release> {
    const place = resolve(folder);
    if (this.#locked.has(place)) {
      throw new CoutureError('runtime', `${folder} is in use.`, {
        hint: 'Wait for it, stop it, or use another name.',
      });
    }
    this.#locked.add(place);
    let held = true;
    return async () => {
      // Released only once: a later holder of the lock keeps it.
      if (held) this.#locked.delete(place);
      held = false;
    };
  }

  async lockHolder(folder: string): Promise<string | undefined> {
    return this.#locked.has(resolve(folder)) ? 'this program' : undefined;
  }
}
