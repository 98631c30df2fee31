/**
 * The single entry from files to labeled pictures: recognizes a file or a folder by content and calls its
 * reader. Folders, ZIP and tar archives are lists of files, and a list may hold class folders, arrays or CSV
 * files.
 */

import { aFunction, aNumber, aString, checkArguments, listOf, record } from '../../core/arguments.ts';
import { CoutureError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { gunzipChunks } from '../gunzip.ts';
import { splitWord } from './array-roles.ts';
import { hasArrayName, readArraySet } from './array-set.ts';
import { type ByteSource, blocksOf } from './bytes.ts';
import { expectedTree, readClassFolders } from './class-folders.ts';
import type { FindFile } from './csv-content.ts';
import { hasCsvName, readCsvSet } from './csv-set.ts';
import { commonFolder, type FileEntry, hasImageEnding, isHidden } from './entries.ts';
import type { FoundData } from './found.ts';
import { KIND_BYTES, kindOf } from './kinds.ts';
import { tarEntries } from './tar.ts';
import { defaultTools, limits, type ReaderTools } from './tools.ts';
import { zipEntries } from './zip.ts';

const readerTools = record({ inflate: aFunction, keep: aFunction }, 'the functions of a platform');

/**
 * The data set of a list of files.
 * @param entries in any order; hidden files may be among them
 * @param name name of the list in errors
 * @throws CoutureError of kind `data` when it is not a data set, with the expected form
 */
export async function readFiles(
  entries: readonly FileEntry[],
  name: string,
  tools: ReaderTools = defaultTools,
): Promise<FoundData> {
  checkArguments('readFiles', {
    entries: [
      entries,
      listOf(record({ path: aString, size: aNumber, read: aFunction }, 'a file'), 'an array of files'),
    ],
    name: [name, aString],
    tools: [tools, readerTools],
  });
  const visible = entries.filter(({ path }) => !isHidden(path));
  if (visible.length > limits.entries)
    throw new CoutureError('data', `${name}: found more than ${limits.entries} files, the limit.`);
  const arrays = visible.filter(({ path }) => hasArrayName(path));
  const lists = visible.filter(({ path }) => hasCsvName(path));
  const hasImages = visible.some(({ path }) => hasImageEnding(path));
  if (arrays.length > 0 && !hasImages) {
    const format = arrays.some(({ path }) => /\.np[yz]$/i.test(path)) ? 'npz' : 'idx';
    return { format, ...(await readArraySet(arrays, name, tools)), passedOver: [] };
  }
  if (lists.length > 0 && (!hasImages || !hasClassFolders(visible)))
    return { format: 'csv', ...(await readCsvSet(lists, finder(visible, lists[0].path), name)) };
  if (visible.length === 0) {
    throw new CoutureError('data', `${name}: found no files, but expected at least two class folders.`, {
      hint: `Put the images of each class into a folder with the name of the class:\n${expectedTree}`,
    });
  }
  return { format: 'folder', ...readClassFolders(visible, name) };
}

/** Whether images lie in the folders of at least two classes, below those of splits where there are any. */
function hasClassFolders(entries: readonly FileEntry[]): boolean {
  const paths = entries.map(({ path }) => path).filter(hasImageEnding);
  const root = commonFolder(paths, () => false);
  const classes = new Set<string>();
  for (const path of paths) {
    const [first, second, ...rest] = path.slice(root.length).split('/');
    const isSplit = splitWord(first.toLowerCase()) !== undefined;
    if (second !== undefined && !isSplit) classes.add(first);
    if (isSplit && rest.length > 0) classes.add(second);
  }
  return classes.size >= 2;
}

/** Paths in a list are relative to its own folder. */
function finder(entries: readonly FileEntry[], list: string): FindFile {
  const folder = list.slice(0, list.lastIndexOf('/') + 1);
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return async (path) => byPath.get(folder + path);
}

/**
 * The set that one file holds: a ZIP or tar archive, packed or not, an NPZ file, a CSV file.
 * @param source the file
 * @param find looks for the image files of a CSV list, by their paths from its folder down; absent where the file is
 *   all there is
 * @throws CoutureError of kind `data` when it is of another kind or is damaged
 */
export async function readOneFile(
  source: ByteSource,
  tools: ReaderTools = defaultTools,
  find: FindFile = async () => undefined,
): Promise<FoundData> {
  checkArguments('readOneFile', {
    source: [source, record({ name: aString, size: aNumber, read: aFunction }, 'a source of bytes')],
    tools: [tools, readerTools],
    find: [find, aFunction],
  });
  const found = kindOf(await source.read(0, Math.min(source.size, KIND_BYTES)));
  const name = printable(source.name);
  if ('what' in found) throw useless(name, found.what);
  const entry = entryOf(source);
  switch (found.kind) {
    case 'zip': {
      const entries = await zipEntries(source, tools);
      if (entries.length > 0 && entries.every(({ path }) => path.endsWith('.npy')))
        return { format: 'npz', ...(await readArraySet([asNpz(entry)], name, tools)), passedOver: [] };
      if (entries.some(({ path }) => path.endsWith('/data.pkl'))) throw useless(name, 'a PyTorch file');
      return { ...(await readFiles(entries, name, tools)), format: 'zip' };
    }
    case 'tar':
      return { ...(await readFiles(await tarEntries(source), name, tools)), format: 'tar' };
    case 'gzip':
      return await readOneFile(await unpacked(source, tools), tools, find);
    case 'text':
      return { format: 'csv', ...(await readCsvSet([entry], find, name)) };
    case 'npy':
    case 'idx':
      throw new CoutureError(
        'data',
        `${name}: the file holds one array, but images and labels are both needed.`,
        {
          hint: 'Give the folder that holds both the image files and the label files.',
        },
      );
  }
}

/** An NPZ file under a name that says so. */
function asNpz(entry: FileEntry): FileEntry {
  return /\.npz$/i.test(entry.path) ? entry : { ...entry, path: `${entry.path}.npz` };
}

function entryOf(source: ByteSource): FileEntry {
  const path = source.name.slice(source.name.lastIndexOf('/') + 1);
  const renamed: ByteSource = {
    name: path,
    size: source.size,
    read: (start, end) => source.read(start, end),
  };
  return { path, size: source.size, read: () => source.read(0, source.size), open: async () => renamed };
}

async function unpacked(source: ByteSource, { keep, signal }: ReaderTools): Promise<ByteSource> {
  const blocks = blocksOf(source);
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { value, done } = await blocks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
  const inner = source.name.replace(/\.tgz$/i, '.tar').replace(/\.gz$/i, '');
  const chunks = gunzipChunks(stream, { name: printable(source.name), limit: limits.unpacked, signal });
  const kept = await keep(chunks, inner);
  const head = await kept.read(0, Math.min(kept.size, KIND_BYTES));
  const found = kindOf(head);
  if ('kind' in found && found.kind === 'gzip')
    throw useless(printable(source.name), 'a gzip file inside a gzip file');
  return kept;
}

function useless(name: string, what: string): CoutureError {
  return new CoutureError('data', `${name}: the file is ${what}, which Couture cannot read as a data set.`, {
    hint:
      'Couture reads folders of class folders, ZIP and tar archives of them, CSV files, folders of IDX files, and NPZ files.' +
      (/archive|bzip2|xz|Zstandard/.test(what) ? ' Unpack it and give the folder.' : ''),
  });
}
