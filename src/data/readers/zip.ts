/**
 * Reads ZIP archives by the directory at their end; entries are unpacked one at a time on demand. Stored and
 * deflated entries, 64-bit archives; everything is checked against the size of the file.
 */

import { CoutureError } from '../../core/errors.ts';
import type { ByteSource } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { cleanPath, type FileEntry, isHidden, quotePath } from './entries.ts';
import { limits, type ReaderTools } from './tools.ts';
import { type DirectoryEntry, readDirectory } from './zip-directory.ts';

const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const EXTRA_BYTES = 128;
const STORED = 0;
const DEFLATED = 8;

/** Names of unsupported methods, for messages. */
const otherMethods: Readonly<Record<number, string>> = {
  1: 'Shrink',
  6: 'Implode',
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'xz',
  98: 'PPMd',
  99: 'AES encryption',
};

/** Whether bytes begin with the ZIP signature. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && ((bytes[2] === 3 && bytes[3] === 4) || bytes[2] === 5);
}

/**
 * The files of an archive, without folders and, unless `hidden` is set, without system files.
 * @throws CoutureError of kind `data` for a damaged archive, a path that leaves its folder, an encrypted entry, a
 *   method other than stored and deflated, a link, entries that lie over each other, and for what unpacks to more
 *   than the limits
 */
export async function zipEntries(
  source: ByteSource,
  tools: ReaderTools,
  { hidden = false }: { readonly hidden?: boolean } = {},
): Promise<FileEntry[]> {
  const directory = await readDirectory(source);
  const files = directory.filter(({ path }) => !path.endsWith('/') && (hidden || !isHidden(path)));
  checkSizes(source, files);
  const seen = new Set<string>();
  return files.map((file) => {
    const path = cleanPath(file.path, source.name);
    const where = `${source.name}: ${quotePath(path)}`;
    if (seen.has(path)) throw refused(`${where} is in the archive twice.`);
    seen.add(path);
    checkEntry(file, where);
    return { path, size: file.size, read: () => readEntry(source, file, where, tools) };
  });
}

function checkEntry({ flags, method, isLink }: DirectoryEntry, where: string): void {
  if ((flags & 1) !== 0 || method === 99)
    throw refused(`${where} is encrypted.`, 'Unpack the archive with its password and give the folder.');
  if (isLink) throw refused(`${where} is a link; links are not supported.`);
  if (method !== STORED && method !== DEFLATED) {
    const name = otherMethods[method] ?? `the unknown method ${method}`;
    throw refused(
      `${where} is compressed by ${name}; only stored and deflated entries can be read.`,
      'Unpack the archive and give the folder, or make it again with "zip -r".',
    );
  }
}

/** Overlapping entries could make an archive unpack to far more than its size. */
function checkSizes(source: ByteSource, files: readonly DirectoryEntry[]): void {
  let unpacked = 0;
  let end = 0;
  for (const file of [...files].sort((a, b) => a.offset - b.offset)) {
    if (file.offset < end || file.offset + LOCAL_BYTES + file.packed > source.size)
      throw refused(`${source.name}: ${quotePath(file.path)} overlaps another entry.`);
    end = file.offset + LOCAL_BYTES + file.packed;
    unpacked += file.size;
  }
  const most = Math.min(limits.unpacked, Math.max(256 * 2 ** 20, source.size * limits.ratio));
  if (unpacked > most) {
    throw refused(
      `${source.name}: the archive unpacks to ${unpacked} bytes, over the limit of ${most} for its size.`,
    );
  }
}

async function readEntry(
  source: ByteSource,
  file: DirectoryEntry,
  where: string,
  tools: ReaderTools,
): Promise<Uint8Array> {
  // One read for header and contents, unless the header is longer than that of the directory by more than expected.
  const first = Math.min(source.size, file.offset + LOCAL_BYTES + file.nameBytes + EXTRA_BYTES + file.packed);
  const ahead = await source.read(file.offset, first);
  const view = new DataView(ahead.buffer, ahead.byteOffset, ahead.byteLength);
  if (ahead.length < LOCAL_BYTES || view.getUint32(0, true) !== LOCAL)
    throw refused(`${where}: there is no entry at byte ${file.offset}.`);
  // The lengths here may differ from those of the directory, and so may the extra fields.
  const start = LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  const end = start + file.packed;
  if (file.offset + end > source.size) throw refused(`${where} is truncated.`);
  const packed =
    end <= ahead.length
      ? ahead.subarray(start, end)
      : await source.read(file.offset + start, file.offset + end);
  const bytes = file.method === STORED ? packed : await unpack(packed, file, where, tools);
  if (bytes.length !== file.size)
    throw refused(`${where} unpacks to ${bytes.length} bytes, but the directory says ${file.size}.`);
  if (crc32(bytes) !== file.crc) throw refused(`${where} is damaged: its checksum is wrong.`);
  return bytes;
}

async function unpack(
  packed: Uint8Array,
  { size }: DirectoryEntry,
  where: string,
  { inflate }: ReaderTools,
): Promise<Uint8Array> {
  if (size > limits.file) throw refused(`${where} has ${size} bytes, over the limit of ${limits.file}.`);
  try {
    return await inflate(packed, where, size);
  } catch (cause) {
    throw refused(`${where} is damaged: it does not unpack to its ${size} bytes.`, undefined, cause);
  }
}

function refused(
  message: string,
  hint = 'The archive is damaged or malicious; get it again from its source.',
  cause?: unknown,
): CoutureError {
  return new CoutureError('data', message, { hint, cause });
}
