/**
 * The weights of a module or page: one block of bytes, and a table that tells what is in it. Vectors are float32. Matrices
 * are stored in the smallest precision that gives back their exact values, or in float16 if the format asks for it.
 * The runtime of a module loads this file, so it imports no package.
 */

import { CoutureError } from '../../core/errors.ts';
import { joinBytes } from '../../core/join-bytes.ts';
import { decodeFloat16, encodeFloat16 } from '../float16.ts';
import { BLOCK, quantizeRows, restoreRows } from '../int8.ts';

/** A tensor of the block. The bytes of the tensors follow each other in the order of the table. */
export interface PackedTensor {
  readonly name: string;
  /** Number of values. */
  readonly length: number;
  readonly type: 'float32' | 'float16' | 'int8';
  /** For int8: values of a row, and values of a row that share a scale. The scales come before the values. */
  readonly columns?: number;
  readonly block?: number;
}

/** A tensor of a network. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The table and the bytes. */
export interface PackedWeights {
  readonly tensors: readonly PackedTensor[];
  readonly bytes: Uint8Array;
}

/** Packed tensors, and whether a value changed. */
export interface NewlyPacked extends PackedWeights {
  readonly rounded: boolean;
}

/**
 * Packs tensors.
 * @param halves whether float32 matrices become float16, which rounds them; otherwise no value changes
 */
export function packWeights(given: readonly NamedTensor[], halves: boolean): NewlyPacked {
  const tensors: PackedTensor[] = [];
  const parts: Uint8Array[] = [];
  let rounded = false;
  for (const tensor of given) {
    const { entry, data, changed } = packTensor(tensor, halves);
    tensors.push(entry);
    rounded ||= changed;
    for (const { buffer, byteOffset, byteLength } of data)
      parts.push(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return { tensors, bytes: joinBytes(parts), rounded };
}

function packTensor({ name, shape, values }: NamedTensor, halves: boolean) {
  const common = { name, length: values.length };
  const whole = { entry: { ...common, type: 'float32' } as const, data: [values], changed: false };
  if (shape.length < 2) return whole;
  const columns = shape[1];
  // Quantized values are found again exactly: see int8.ts.
  for (const block of [columns, Math.min(BLOCK, columns)]) {
    const matrix = quantizeRows(values, columns, block);
    if (isSame(restoreRows(matrix, columns, block), values))
      return {
        entry: { ...common, type: 'int8', columns, block } as const,
        data: [matrix.scales, matrix.values],
        changed: false,
      };
  }
  const rounded = encodeFloat16(values);
  const restored = decodeFloat16(rounded);
  const changed = !isSame(restored, values);
  if (changed && !(halves && restored.every(Number.isFinite))) return whole;
  return { entry: { ...common, type: 'float16' } as const, data: [rounded], changed };
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => value === b[i]);
}

/**
 * The values of every tensor, in the order of the table.
 * @throws CoutureError of kind `data` when the number of bytes does not match the table
 */
export function unpackWeights({ tensors, bytes }: PackedWeights): Float32Array[] {
  let at = 0;
  const take = (length: number): ArrayBuffer => {
    const { buffer } = bytes.slice(at, at + length);
    at += length;
    return buffer;
  };
  const values = tensors.map(({ length, type, columns = length, block = columns }) => {
    if (type === 'float32') return new Float32Array(take(length * 4));
    if (type === 'float16') return decodeFloat16(new Uint16Array(take(length * 2)));
    const scales = new Float32Array(take((length / columns) * Math.ceil(columns / block) * 4));
    return restoreRows({ scales, values: new Int8Array(take(length)) }, columns, block);
  });
  if (at === bytes.length) return values;
  throw new CoutureError('data', `The weights have ${bytes.length} bytes, but ${at} were expected.`, {
    hint: 'The file is damaged: export the model again.',
  });
}
