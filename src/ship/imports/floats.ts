/** Numbers of other types as float32. */

import { CoutureError } from '../../core/errors.ts';
import { inQuotes } from '../../core/printable.ts';
import { decodeFloat16 } from '../float16.ts';
import type { AnyTensorType, RawTensor } from '../safetensors.ts';

/** Bytes of a bfloat16, which is the upper half of a float32. */
const BFLOAT16_SHIFT = 16;

/** The floating-point types, each with its values as float32. */
const readers: Partial<Record<AnyTensorType, (bytes: Uint8Array<ArrayBuffer>) => Float32Array>> = {
  F32: ({ buffer }) => new Float32Array(buffer),
  F64: ({ buffer }) => Float32Array.from(new Float64Array(buffer)),
  F16: ({ buffer }) => decodeFloat16(new Uint16Array(buffer)),
  BF16: ({ buffer }) => {
    const bits = Uint32Array.from(new Uint16Array(buffer), (half) => (half << BFLOAT16_SHIFT) >>> 0);
    return new Float32Array(bits.buffer);
  },
};

/**
 * The values of a tensor as float32: float64 is rounded, float16 and bfloat16 are exact.
 * @param where the file and the tensor, for messages
 * @throws CoutureError of kind `data` for whole numbers, and for values that are not finite as float32
 */
export function toFloat32(
  { type, bytes }: Pick<RawTensor, 'type' | 'bytes'>,
  where: { readonly file: string; readonly tensor: string },
): Float32Array {
  const what = `${where.file} cannot be imported: its tensor ${inQuotes(where.tensor)}`;
  const read = readers[type];
  if (read === undefined)
    throw new CoutureError(
      'data',
      `${what} has numbers of type ${type}, but weights must be floating-point.`,
      {
        hint: 'A quantized network must be saved with float32 weights.',
      },
    );
  const values = read(bytes);
  if (!values.every(Number.isFinite))
    throw new CoutureError('data', `${what} has values that are not finite as float32.`);
  return values;
}
