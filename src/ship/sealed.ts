/**
 * Safetensors files with the SHA-256 of their own contents, so that a reader detects any changed bit. The
 * digest is a string in the metadata, computed over the whole file with zeros in its place.
 */

import { CoutureError } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';
import {
  decodeStoredTensors,
  encodeSafetensors,
  floatTensors,
  type SafeTensors,
  type StoredTensor,
} from './safetensors.ts';

/** The key of the digest in the metadata. */
const KEY = 'couture.sha256';
const BLANK = '0'.repeat(64);

/** Like `encodeSafetensors`, with the digest. Same tensors and metadata, same bytes. */
export async function encodeSealed(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = encodeSafetensors(tensors, { ...metadata, [KEY]: BLANK });
  const place = placeOf(bytes, BLANK);
  if (place < 0) throw new CoutureError('runtime', 'The file has no entry for its digest.');
  bytes.set(new TextEncoder().encode(await sha256(bytes)), place);
  return bytes;
}

/**
 * Reads a file and checks its digest.
 * @param name name of the file in messages
 * @throws CoutureError of kind `data` when it is not such a file, has no digest, or has changed since it was
 * written
 */
export async function decodeSealed(bytes: Uint8Array, name: string): Promise<SafeTensors<StoredTensor>> {
  const { tensors, metadata } = decodeStoredTensors(bytes, name);
  const { [KEY]: digest, ...rest } = metadata;
  const place = digest === undefined || digest.length !== BLANK.length ? -1 : placeOf(bytes, digest);
  if (place < 0) {
    throw new CoutureError('data', `${name} has no digest of its contents.`, {
      hint: 'Another program or an early version of Couture wrote it, or it is damaged.',
    });
  }
  const blanked = new Uint8Array(bytes);
  blanked.set(new TextEncoder().encode(BLANK), place);
  if ((await sha256(blanked)) === digest) return { tensors, metadata: rest };
  throw new CoutureError('data', `${name} is damaged: its contents do not match its SHA-256 digest.`, {
    hint: 'The file has changed since it was written. Restore it from a backup, or make it again.',
  });
}

/** Like `decodeSealed`, for a file with float32 tensors only. */
export async function decodeSealedFloats(bytes: Uint8Array, name: string): Promise<SafeTensors> {
  const { tensors, metadata } = await decodeSealed(bytes, name);
  return { tensors: floatTensors(tensors, name), metadata };
}

/** Byte offset of the digest; -1 if there is none. The key is ASCII without escapes. */
function placeOf(bytes: Uint8Array, digest: string): number {
  const wanted = new TextEncoder().encode(`"${KEY}":"${digest}"`);
  const end = headerEnd(bytes);
  for (let at = 8; at + wanted.length <= end; at++) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at + KEY.length + 4;
  }
  return -1;
}

function headerEnd(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return 8 + Number(view.getBigUint64(0, true));
}
