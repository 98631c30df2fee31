/** Parses the header of a tar entry: fields at fixed offsets, octal numbers, and a checksum. */

import { CoutureError } from '../../core/errors.ts';

/** Size of the blocks of headers and contents. */
export const TAR_BLOCK = 512;

/** The data of a header. */
export interface TarHeader {
  readonly path: string;
  readonly size: number;
  /** One character: `0` is a file, `5` a folder, `x` a pax header. */
  readonly type: string;
}

const CHECKSUM = 148;
const CHECKSUM_END = 156;

/** Whether a block is the header of a tar entry, by its checksum. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < TAR_BLOCK || block[0] === 0) return false;
  const stated = readOctal(block.subarray(CHECKSUM, CHECKSUM_END));
  // Some old programs added the bytes as signed ones.
  return stated !== undefined && (stated === sum(block, 0) || stated === sum(block, 256));
}

function sum(block: Uint8Array, less: 0 | 256): number {
  let total = 0;
  for (let i = 0; i < TAR_BLOCK; i++) {
    const byte = i >= CHECKSUM && i < CHECKSUM_END ? 0x20 : block[i];
    total += byte >= 128 ? byte - less : byte;
  }
  return total;
}

/**
 * Reads a header.
 * @throws CoutureError of kind `data` when the checksum or the size is wrong
 */
export function parseHeader(block: Uint8Array, where: string): TarHeader {
  if (!isTarHeader(block)) {
    throw new CoutureError('data', `${where}: expected a tar header, but its checksum is wrong.`, {
      hint: 'The archive is damaged or is not a tar archive; get it again from its source.',
    });
  }
  const size = readSize(block.subarray(124, 136));
  if (size === undefined)
    throw new CoutureError('data', `${where}: the size in the tar header is not a number.`);
  const name = readText(block.subarray(0, 100));
  const isUstar = readText(block.subarray(257, 263)) === 'ustar';
  const prefix = isUstar ? readText(block.subarray(345, 500)) : '';
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156]);
  return { path: prefix === '' ? name : `${prefix}/${name}`, size, type };
}

/** Octal digits, or with the highest bit set a big-endian number, as GNU has it beyond 8 GB. */
function readSize(field: Uint8Array): number | undefined {
  if ((field[0] & 0x80) === 0) return readOctal(field);
  let value = field[0] & 0x7f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  return Number.isSafeInteger(value) ? value : undefined;
}

function readOctal(field: Uint8Array): number | undefined {
  const text = readText(field).trim();
  return /^[0-7]{1,12}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

const utf8 = new TextDecoder();

/** Text up to the first zero byte. */
export function readText(field: Uint8Array): string {
  const end = field.indexOf(0);
  return utf8.decode(end < 0 ? field : field.subarray(0, end));
}

/**
 * The records of a pax header: `<length> <key>=<value>\n`, each with its own length in bytes.
 * @throws CoutureError of kind `data` when a record is malformed
 */
export function parsePax(bytes: Uint8Array, where: string): { path?: string; size?: number } {
  const result: { path?: string; size?: number } = {};
  for (let at = 0; at < bytes.length; ) {
    const record = /^(\d{1,7}) /.exec(utf8.decode(bytes.subarray(at, at + 8)));
    const length = Number(record?.[1] ?? 0);
    const text = utf8.decode(bytes.subarray(at + (record?.[0].length ?? 0), at + length - 1));
    const equals = text.indexOf('=');
    if (length === 0 || at + length > bytes.length || equals < 1)
      throw new CoutureError('data', `${where}: the pax header ends early, in the record at byte ${at}.`);
    const value = text.slice(equals + 1);
    if (text.startsWith('path=')) result.path = value;
    if (text.startsWith('size=')) {
      if (!/^\d{1,15}$/.test(value))
        throw new CoutureError('data', `${where}: the size in the pax header is not a number.`);
      result.size = Number(value);
    }
    if (text.startsWith('GNU.sparse.'))
      throw new CoutureError('data', `${where}: sparse files are not supported.`);
    at += length;
  }
  return result;
}
