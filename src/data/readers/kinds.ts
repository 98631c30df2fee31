/** What kind of file bytes are, by how they begin: those that can be read, and those that people try. */

import { isGzip } from '../gunzip.ts';
import { isNpy } from './npy.ts';
import { isTarHeader, TAR_BLOCK } from './tar-header.ts';
import { isZip } from './zip.ts';

/** Kinds of files that hold a set, or a part of one. */
export type FileKind = 'zip' | 'tar' | 'gzip' | 'npy' | 'idx' | 'text';

/** Bytes from the beginning of a file that {@link kindOf} looks at. */
export const KIND_BYTES = TAR_BLOCK;

const others: readonly (readonly [string, readonly number[]])[] = [
  ['a 7-Zip archive', [0x37, 0x7a, 0xbc, 0xaf]],
  ['a RAR archive', [0x52, 0x61, 0x72, 0x21]],
  ['a bzip2 file', [0x42, 0x5a, 0x68]],
  ['an xz file', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['a Zstandard file', [0x28, 0xb5, 0x2f, 0xfd]],
  ['an HDF5 file', [0x89, 0x48, 0x44, 0x46]],
  ['a Parquet file', [0x50, 0x41, 0x52, 0x31]],
  ['a MATLAB file', [0x4d, 0x41, 0x54, 0x4c, 0x41, 0x42]],
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG image', [0xff, 0xd8, 0xff]],
  ['a WebP image', [0x52, 0x49, 0x46, 0x46]],
  ['a GIF image', [0x47, 0x49, 0x46, 0x38]],
  ['a PDF file', [0x25, 0x50, 0x44, 0x46]],
  ['a Python pickle', [0x80, 0x02]],
  ['a Python pickle', [0x80, 0x03]],
  ['a Python pickle', [0x80, 0x04]],
  ['a Python pickle', [0x80, 0x05]],
];

/** The kind of a file, or what it is in words where it is of no use. */
export function kindOf(head: Uint8Array): { kind: FileKind } | { what: string } {
  if (head.length === 0) return { what: 'an empty file' };
  if (isZip(head)) return { kind: 'zip' };
  if (isGzip(head)) return { kind: 'gzip' };
  if (isNpy(head)) return { kind: 'npy' };
  if (isTarHeader(head)) return { kind: 'tar' };
  if (head[0] === 0 && head[1] === 0 && head[2] >= 8 && head[2] <= 14 && head[3] >= 1 && head[3] <= 8)
    return { kind: 'idx' };
  const other = others.find(([, magic]) => magic.every((byte, i) => head[i] === byte));
  if (other !== undefined) return { what: other[0] };
  if (/^\s*<(!doctype|html|\?xml)/i.test(new TextDecoder().decode(head.subarray(0, 64))))
    return { what: 'a web page' };
  // Control characters other than tab and line ends do not occur in text; UTF-16 is named by the reader of text.
  const isUtf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const isBinary = head.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return isBinary && !isUtf16 ? { what: 'of an unknown kind' } : { kind: 'text' };
}
