/** Files by their paths inside a folder or an archive, the input of every reader of folders. */

import { CoutureError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { type ByteSource, bytesSource } from './bytes.ts';

/** A file of a folder or an archive, read on demand. */
export interface FileEntry {
  /** From the folder down, with `/` between, no `.` and no `..`. */
  readonly path: string;
  /** Of the unpacked file, in bytes. */
  readonly size: number;
  /**
   * The whole file.
   * @throws CoutureError of kind `data` when it cannot be read or is damaged
   */
  read(): Promise<Uint8Array>;
  /** For files too large to be held; where absent, `openEntry` reads the whole. */
  open?(): Promise<ByteSource>;
}

/** An entry as a source that is read piece by piece. */
export async function openEntry(entry: FileEntry): Promise<ByteSource> {
  return entry.open ? await entry.open() : bytesSource(await entry.read(), entry.path);
}

const MAX_PATH = 4096;

/**
 * A path in the form of {@link FileEntry.path}.
 * @param where what holds the path, for the message
 * @throws CoutureError of kind `data` for a path that leads outside its folder
 */
export function cleanPath(path: string, where: string): string {
  const slashed = path.replaceAll('\\', '/');
  const segments = slashed.split('/').filter((segment) => segment !== '' && segment !== '.');
  const leaves = slashed.startsWith('/') || /^[A-Za-z]:/.test(slashed) || segments.includes('..');
  if (leaves || path.includes('\0') || path.length > MAX_PATH || segments.length === 0) {
    throw new CoutureError('data', `${where}: the path ${quotePath(path)} leads outside its folder.`, {
      hint: 'Paths must be relative and stay inside the folder; make the archive or list again with such paths.',
    });
  }
  return segments.join('/');
}

/** A path for a message: shortened, with control characters escaped. */
export function quotePath(path: string): string {
  return `"${printable(path.length > 120 ? `${path.slice(0, 117)}...` : path)}"`;
}

const systemNames = new Set(['__macosx', 'thumbs.db', 'desktop.ini', '@eadir', '$recycle.bin', 'icon\r']);

/** Whether it is a system file: hidden files, `._*`, `__MACOSX`, `Thumbs.db` and similar. */
export function isHidden(path: string): boolean {
  return path.split('/').some((segment) => {
    if (segment === '.' || segment === '..') return false;
    return segment.startsWith('.') || systemNames.has(segment.toLowerCase());
  });
}

const imageEndings = /\.(png|jpe?g|webp|gif|bmp|tiff?|heic|heif|avif|jfif|svg)$/i;

/** Whether a path ends like that of an image, of a kind that can be read or not. */
export function hasImageEnding(path: string): boolean {
  return imageEndings.test(path);
}

/**
 * The folder that alone holds all these paths, as `photos/` or `photos/2024/`; empty when there is none.
 * @param isKept whether the name of a folder has a meaning, so that the folder is kept
 */
export function commonFolder(paths: readonly string[], isKept: (name: string) => boolean): string {
  if (paths.length === 0) return '';
  let folder = '';
  for (;;) {
    const end = paths[0].indexOf('/', folder.length);
    if (end < 0) return folder;
    const longer = paths[0].slice(0, end + 1);
    if (isKept(paths[0].slice(folder.length, end)) || !paths.every((path) => path.startsWith(longer)))
      return folder;
    folder = longer;
  }
}
