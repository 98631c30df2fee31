/**
 * tar archives: ustar, with pax headers and GNU's long names. One pass over the headers makes the list; the
 * files are read on demand. Links, devices and sparse files are refused by name.
 */

import { CoutureError } from '../../core/errors.ts';
import type { ByteSource } from './bytes.ts';
import { cleanPath, type FileEntry, isHidden, quotePath } from './entries.ts';
import { parseHeader, parsePax, readText, TAR_BLOCK, type TarHeader } from './tar-header.ts';
import { limits } from './tools.ts';

/** Largest size of a long name or pax header. */
const MAX_META = 1 << 20;
/** Bytes per read when searching for headers. */
const WINDOW = 1 << 18;

const kinds: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
  S: 'a sparse file',
};

/** Names and sizes of the next header. */
interface Given {
  path?: string | undefined;
  size?: number | undefined;
}

/**
 * The files of an archive, without folders and system files.
 * @throws CoutureError of kind `data` for a damaged or truncated archive, a path that leads outside its
 * folder, a duplicate path, and anything except files and folders
 */
export async function tarEntries(source: ByteSource): Promise<FileEntry[]> {
  const blocks = new Window(source);
  const files = new Map<string, FileEntry>();
  let given: Given = {};
  let globally: Given = {};
  for (let at = 0; at + TAR_BLOCK <= source.size; ) {
    const block = await blocks.at(at, TAR_BLOCK);
    // A block of zeros ends the archive; a second one follows in most.
    if (block.every((byte) => byte === 0)) return [...files.values()];
    const header = parseHeader(block, `${source.name}: byte ${at}`);
    const data = at + TAR_BLOCK;
    // A pax header speaks of the file after it, and not of other headers that stand between.
    const isMeta = 'xgLK'.includes(header.type);
    const size = isMeta ? header.size : (given.size ?? globally.size ?? header.size);
    const path = given.path ?? globally.path ?? header.path;
    if (data + size > source.size)
      throw damaged(`${source.name}: ${quotePath(path)} is truncated: ${size} bytes should follow.`);
    at = data + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
    if (isMeta) {
      const meta = await readMeta(source, header, data);
      if (header.type === 'g') globally = { ...globally, ...meta };
      else given = { ...given, ...meta };
      continue;
    }
    given = {};
    const isFolder = header.type === '5' || path.endsWith('/');
    if (!isFolder && !isHidden(path)) addFile(files, source, header.type, { path, data, size });
  }
  return [...files.values()];
}

function addFile(
  files: Map<string, FileEntry>,
  source: ByteSource,
  type: string,
  file: { readonly path: string; readonly data: number; readonly size: number },
): void {
  const path = cleanPath(file.path, source.name);
  const where = `${source.name}: ${quotePath(path)}`;
  if (type !== '0' && type !== '7') {
    throw damaged(
      `${where} is ${kinds[type] ?? `of the unknown type ${quotePath(type)}`}; only files and folders are supported.`,
      'Make the archive again with the files themselves (tar --dereference --hard-dereference).',
    );
  }
  if (files.has(path)) throw damaged(`${where} is in the archive twice.`);
  if (files.size >= limits.entries)
    throw damaged(`${source.name}: it has more than ${limits.entries} entries, the limit.`);
  const { data, size } = file;
  files.set(path, { path, size, read: async () => await source.read(data, data + size) });
}

async function readMeta(source: ByteSource, { type, size }: TarHeader, data: number): Promise<Given> {
  const where = `${source.name}: byte ${data}`;
  if (size > MAX_META) throw damaged(`${where}: the name has ${size} bytes, over the limit of ${MAX_META}.`);
  const bytes = await source.read(data, data + size);
  if (type === 'L') return { path: readText(bytes) };
  // K is the target of a link, which is refused anyway.
  return type === 'K' ? {} : parsePax(bytes, where);
}

/** Reads ahead, since one read for each header of a hundred thousand small files takes long. */
class Window {
  readonly #source: ByteSource;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async at(start: number, length: number): Promise<Uint8Array> {
    if (start < this.#start || start + length > this.#start + this.#bytes.length) {
      this.#start = start;
      this.#bytes = await this.#source.read(start, Math.min(this.#source.size, start + WINDOW));
    }
    return this.#bytes.subarray(start - this.#start, start - this.#start + length);
  }
}

function damaged(message: string, hint = 'Get the archive again from its source.'): CoutureError {
  return new CoutureError('data', message, { hint });
}
