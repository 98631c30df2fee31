/** IDX files of any type, and a second reader of them in ten lines. */

import { isDeepStrictEqual } from 'node:util';
import { type Idx, type IdxType, parseIdx } from '../../../../src/data/idx.ts';
import type { Draw } from '../draw.ts';
import { bytesReader, must, type Sample } from '../reader.ts';

const types: readonly (readonly [code: number, type: IdxType, bytes: number])[] = [
  [8, 'uint8', 1],
  [9, 'int8', 1],
  [11, 'int16', 2],
  [12, 'int32', 4],
  [13, 'float32', 4],
  [14, 'float64', 8],
];

/** An IDX file of these dimensions. */
export function encodeIdx(code: number, dims: readonly number[], data: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * dims.length);
  head.set([0, 0, code, dims.length]);
  for (const [i, dim] of dims.entries()) head.writeUInt32BE(dim, 4 + 4 * i);
  return Buffer.concat([head, data]);
}

function make(draw: Draw): Sample<Idx> {
  const [code, type, width] = draw.pick(types);
  const dims = draw.times(draw.pick([1, 1, 2, 3, 3, 3, 4, 8]), () => draw.pick([0, 1, 1, 2, 3, 5]));
  const data = draw.bytes(dims.reduce((product, dim) => product * dim, width));
  const counts = dims.map((_, i) => ({ at: 4 + 4 * i, bytes: 4, little: false }) as const);
  const kinds = [2, 3].map((at) => ({ at, bytes: 1, little: false }) as const);
  return { bytes: encodeIdx(code, dims, data), fields: [...counts, ...kinds], truth: { dims, type, data } };
}

function readAgain(bytes: Uint8Array): Idx {
  const file = Buffer.from(bytes);
  const [, type] = types.find(([code]) => code === file[2])!;
  const dims = Array.from({ length: file[3] }, (_, i) => file.readUInt32BE(4 + 4 * i));
  return { dims, type, data: file.subarray(4 + 4 * dims.length) };
}

function same(a: Idx, b: Idx): boolean {
  return a.type === b.type && isDeepStrictEqual(a.dims, b.dims) && Buffer.compare(a.data, b.data) === 0;
}

export const idx = bytesReader<Idx, Idx>({
  name: 'idx',
  weight: 10,
  make,
  read: (bytes) => parseIdx(bytes, { name: 'file', anyType: true, limit: 1e6 }),
  exact: (output, truth) => must(same(output, truth), 'other values than were written'),
  sound: (output, bytes) => must(same(output, readAgain(bytes)), 'other values than the file has'),
});
