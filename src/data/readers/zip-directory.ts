/** Reads the directory at the end of a ZIP archive, including its 64-bit form. It unpacks nothing. */

import { CoutureError } from '../../core/errors.ts';
import type { ByteSource } from './bytes.ts';
import { limits } from './tools.ts';

/** An entry of the directory; offsets and sizes in bytes. */
export interface DirectoryEntry {
  /** As it is stored, folders with a `/` at the end. */
  readonly path: string;
  /** Bytes of the path as it is stored. */
  readonly nameBytes: number;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
  readonly isLink: boolean;
}

const END = 0x06054b50;
const END_BYTES = 22;
const END64_LOCATOR = 0x07064b50;
const END64_LOCATOR_BYTES = 20;
const END64 = 0x06064b50;
const END64_BYTES = 56;
const HEADER = 0x02014b50;
const HEADER_BYTES = 46;
const MAX_COMMENT = 0xffff;
const MAX_DIRECTORY = 512 * 2 ** 20;

/**
 * Reads the directory.
 * @throws CoutureError of kind `data` when it is missing, damaged or too large
 */
export async function readDirectory(source: ByteSource): Promise<DirectoryEntry[]> {
  const { count, offset, size } = await findDirectory(source);
  if (count > limits.entries)
    throw damaged(source, `it has ${count} entries, over the limit of ${limits.entries}`);
  // Each entry takes at least its header, so a wrong count cannot waste memory.
  if (offset + size > source.size || size > MAX_DIRECTORY || count * HEADER_BYTES > size)
    throw damaged(source, 'its directory is larger than the file');
  const bytes = await source.read(offset, offset + size);
  const entries: DirectoryEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const { entry, end } = readHeader(source, bytes, at);
    entries.push(entry);
    at = end;
  }
  return entries;
}

interface Place {
  readonly count: number;
  readonly offset: number;
  readonly size: number;
}

async function findDirectory(source: ByteSource): Promise<Place> {
  const start = Math.max(0, source.size - END_BYTES - MAX_COMMENT - END64_LOCATOR_BYTES);
  const tail = viewOf(await source.read(start, source.size));
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    // The comment has to fill the rest, or the signature is only part of one.
    if (tail.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + tail.getUint16(at + 20, true) !== tail.byteLength) continue;
    const place = {
      count: tail.getUint16(at + 10, true),
      size: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
    };
    const locator = at - END64_LOCATOR_BYTES;
    const is64 = locator >= 0 && tail.getUint32(locator, true) === END64_LOCATOR;
    return is64 ? await readEnd64(source, wide(tail, locator + 8, source)) : place;
  }
  throw damaged(source, 'it has no directory at its end');
}

async function readEnd64(source: ByteSource, at: number): Promise<Place> {
  if (at + END64_BYTES > source.size) throw damaged(source, 'its directory is larger than the file');
  const view = viewOf(await source.read(at, at + END64_BYTES));
  if (view.getUint32(0, true) !== END64) throw damaged(source, 'its 64-bit directory is missing');
  return { count: wide(view, 32, source), size: wide(view, 40, source), offset: wide(view, 48, source) };
}

function readHeader(
  source: ByteSource,
  bytes: Uint8Array,
  at: number,
): { entry: DirectoryEntry; end: number } {
  const view = viewOf(bytes);
  if (at + HEADER_BYTES > bytes.length || view.getUint32(at, true) !== HEADER)
    throw damaged(source, `its directory ends early, in the entry at byte ${at}`);
  const nameEnd = at + HEADER_BYTES + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const end = extraEnd + view.getUint16(at + 32, true);
  if (end > bytes.length) throw damaged(source, 'its directory ends inside an entry');
  const flags = view.getUint16(at + 8, true);
  const sizes = {
    size: view.getUint32(at + 24, true),
    packed: view.getUint32(at + 20, true),
    offset: view.getUint32(at + 42, true),
  };
  const madeByUnix = view.getUint8(at + 5) === 3;
  return {
    entry: {
      path: decodeName(bytes.subarray(at + HEADER_BYTES, nameEnd), (flags & 0x800) !== 0),
      nameBytes: nameEnd - at - HEADER_BYTES,
      flags,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      ...widened(sizes, viewOf(bytes.subarray(nameEnd, extraEnd)), source),
      isLink: madeByUnix && view.getUint32(at + 38, true) >>> 28 === 0xa,
    },
    end,
  };
}

/** Sizes of 2^32 - 1 stand in the 64-bit extra field, in this order, those alone. */
function widened(
  sizes: { size: number; packed: number; offset: number },
  extra: DataView,
  source: ByteSource,
): { size: number; packed: number; offset: number } {
  const result = { ...sizes };
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    const fieldEnd = at + 4 + extra.getUint16(at + 2, true);
    let value = at + 4;
    for (const name of ['size', 'packed', 'offset'] as const) {
      if (result[name] !== 0xffffffff) continue;
      if (value + 8 > Math.min(fieldEnd, extra.byteLength)) throw damaged(source, 'a 64-bit size is missing');
      result[name] = wide(extra, value, source);
      value += 8;
    }
    break;
  }
  return result;
}

/** A 64-bit number that counts bytes or entries of this file. */
function wide(view: DataView, at: number, source: ByteSource): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(source, `it declares ${value} bytes`);
  return Number(value);
}

/** Code page 437 from 128 on, in which names are stored that are not UTF-8. */
const upper437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐' +
  '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

const utf8 = new TextDecoder('utf-8');
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Many programs store UTF-8 without saying so: it is tried first. */
function decodeName(bytes: Uint8Array, isUtf8: boolean): string {
  try {
    return (isUtf8 ? utf8 : strictUtf8).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : upper437[byte - 128])).join(
      '',
    );
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(source: ByteSource, what: string): CoutureError {
  return new CoutureError('data', `${source.name}: the ZIP archive is damaged: ${what}.`, {
    hint: 'Get it again from its source, or make the archive again.',
  });
}
