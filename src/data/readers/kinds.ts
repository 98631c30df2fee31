/** Recognizes the kind of a file by its first bytes: readable kinds, and kinds that users try. */

import { fileKind } from '../file-kinds.ts';
import { isGzip } from '../gunzip.ts';
import { isNpy } from './npy.ts';
import { isTarHeader, TAR_BLOCK } from './tar-header.ts';
import { isZip } from './zip.ts';

/** Kinds of files that hold a set, or a part of one. */
export type FileKind = 'zip' | 'tar' | 'gzip' | 'npy' | 'idx' | 'text';

/** Bytes from the beginning of a file that {@link kindOf} looks at. */
export const KIND_BYTES = TAR_BLOCK;

/** The kind of a readable file, or a description of any other. */
export function kindOf(head: Uint8Array): { kind: FileKind } | { what: string } {
  if (head.length === 0) return { what: 'empty' };
  if (isZip(head)) return { kind: 'zip' };
  if (isGzip(head)) return { kind: 'gzip' };
  if (isNpy(head)) return { kind: 'npy' };
  if (isTarHeader(head)) return { kind: 'tar' };
  if (head[0] === 0 && head[1] === 0 && head[2] >= 8 && head[2] <= 14 && head[3] >= 1 && head[3] <= 8)
    return { kind: 'idx' };
  const known = fileKind(head);
  if (known !== undefined && known !== 'text' && known !== 'JSON') return { what: known };
  // Control characters other than tab and line ends do not occur in text; UTF-16 is named by the reader of text.
  const isUtf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const isBinary = head.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return isBinary && !isUtf16 ? { what: 'of an unknown kind' } : { kind: 'text' };
}
