/** gzip files, held against the checksum and the length at their ends. */

import { crc32, gzipSync } from 'node:zlib';
import { gunzip } from '../../../../src/data/gunzip.ts';
import type { Draw } from '../draw.ts';
import { bytesReader, must, type Sample } from '../reader.ts';

/** Bytes that pack well, or not at all. */
export function content(draw: Draw, most = 3000): Buffer {
  const length = draw.below(most);
  return draw.chance(0.5) ? draw.bytes(length) : Buffer.alloc(length, draw.bytes(draw.between(1, 40)));
}

function make(draw: Draw): Sample<Buffer> {
  const plain = content(draw);
  const bytes = gzipSync(plain, { level: draw.between(0, 9) });
  const places = [2, 3, 8, 9].map((at) => ({ at, bytes: 1, little: true }) as const);
  const trailer = [8, 4].map((back) => ({ at: bytes.length - back, bytes: 4, little: true }) as const);
  return { bytes, fields: [...places, ...trailer], truth: plain };
}

export const gzip = bytesReader<Buffer, Uint8Array>({
  name: 'gzip',
  weight: 5,
  make,
  read: (bytes) => gunzip(bytes, { name: 'file', limit: 100_000 }),
  exact: (output, truth) => must(truth.equals(output), 'other bytes than were packed'),
  sound(output, bytes) {
    const file = Buffer.from(bytes);
    must(output.length <= 100_000, `${output.length} bytes came out, past the limit`);
    must(file.readUInt32LE(file.length - 8) === crc32(output), 'the checksum at the end is of other bytes');
    must(file.readUInt32LE(file.length - 4) === output.length, 'the length at the end is another');
  },
});
