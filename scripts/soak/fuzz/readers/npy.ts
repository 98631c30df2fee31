/** NPY arrays of numbers and text. */

import { isDeepStrictEqual } from 'node:util';
import { parseNpy, type TextArray } from '../../../../src/data/readers/npy.ts';
import { type ElementType, elementBytes, type NumberArray } from '../../../../src/data/readers/numbers.ts';
import type { Draw } from '../draw.ts';
import { bytesReader, must, type Sample } from '../reader.ts';

const types: Readonly<Record<string, ElementType>> = {
  b1: 'bool',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

/** An NPY file with this header. */
export function encodeNpy(
  descr: string,
  fortran: boolean,
  dims: readonly number[],
  data: Uint8Array,
): Buffer {
  const shape = dims.length === 1 ? `${dims[0]},` : dims.join(', ');
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape}), }`;
  const text = `${dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.from('\x93NUMPY\x01\0\0\0', 'latin1');
  head.writeUInt16LE(text.length, 8);
  return Buffer.concat([head, Buffer.from(text), data]);
}

type Truth = Omit<NumberArray, 'name'> | Omit<TextArray, 'name'>;

function make(draw: Draw): Sample<Truth> {
  const dims = draw.times(draw.pick([0, 1, 1, 2, 3, 4]), () => draw.pick([0, 1, 2, 3, 7]));
  const count = dims.reduce((product, dim) => product * dim, 1);
  const fields = [{ at: 8, bytes: 2, little: true } as const, { at: 6, bytes: 1, little: true } as const];
  if (draw.chance(0.2)) {
    const width = draw.between(1, 9);
    const values = draw.times(count, () => draw.name().slice(0, width));
    const data = Buffer.alloc(4 * count * width);
    for (const [i, value] of values.entries())
      for (const [c, letter] of [...value].entries())
        data.writeUInt32LE(letter.codePointAt(0)!, 4 * (i * width + c));
    return {
      bytes: encodeNpy(`<U${width}`, false, dims, data),
      fields,
      truth: { dims, type: 'text', values },
    };
  }
  const code = draw.pick(Object.keys(types));
  const [littleEndian, fortran] = [draw.chance(0.7), draw.chance(0.3)];
  const bytes = draw.bytes(count * elementBytes[types[code]]);
  const descr = `${littleEndian ? '<' : '>'}${code}`;
  const truth = { dims, type: types[code], littleEndian, fortran, bytes };
  return { bytes: encodeNpy(descr, fortran, dims, bytes), fields, truth };
}

export const npy = bytesReader<Truth, NumberArray | TextArray>({
  name: 'npy',
  weight: 8,
  make,
  read: (bytes) => parseNpy(bytes, 'file'),
  exact({ name: _, ...output }, truth) {
    const plain = 'bytes' in output ? { ...output, bytes: Buffer.from(output.bytes) } : output;
    must(isDeepStrictEqual(plain, truth), 'other values than were written');
  },
  sound(output, bytes) {
    const count = output.dims.reduce((product, dim) => product * dim, 1);
    must(
      output.dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0),
      `dimensions ${output.dims}`,
    );
    if (output.type === 'text') must(output.values.length === count, 'not as many texts as the shape has');
    else {
      must(output.bytes.length === count * elementBytes[output.type], 'not as many bytes as the shape has');
      must(
        Buffer.from(bytes)
          .subarray(-output.bytes.length || bytes.length)
          .equals(output.bytes),
        'not the end of the file',
      );
    }
  },
});
