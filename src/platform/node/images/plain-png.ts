/**
 * Plain PNG files in Node. zlib and the filters of src/data/plain-png.ts take a twentieth of the time that sharp needs to
 * set up its pipeline. The bytes are the same; sharp decodes all other files. (npm's fast-png takes three times as long: its
 * inflate allocates 128 KB for each file.)
 */

import { crc32, inflateSync } from 'node:zlib';
import { damagedPng, openPlainPng } from '../../../data/plain-png.ts';
import type { Picture } from '../../../data/prepare/picture.ts';

/**
 * Decodes a plain PNG file.
 * @returns undefined when the file is of another kind
 * @throws CoutureError of kind `data` when it is a plain PNG file and damaged
 */
export function decodePlainPng(bytes: Uint8Array, name: string): Picture | undefined {
  const png = openPlainPng(bytes, name, crc32);
  if (png === undefined) return undefined;
  let lines: Uint8Array;
  try {
    lines = inflateSync(png.packed, { maxOutputLength: png.length });
  } catch (cause) {
    throw damagedPng(name, cause);
  }
  return png.picture(lines);
}
