/** Arrays of numbers in files: any element type, byte order and memory order, read without a copy. */

/** Types of elements. Labels of NPY files may be text as well. */
export type ElementType =
  | 'bool'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'float16'
  | 'float32'
  | 'float64';

export const elementBytes: Readonly<Record<ElementType, number>> = {
  bool: 1,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
};

/** An array of numbers inside a file. */
export interface NumberArray {
  /** What errors call it: a file, or an array of a file. */
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: ElementType;
  readonly littleEndian: boolean;
  /** Whether the first index runs fastest (Fortran) instead of the last. */
  readonly fortran: boolean;
  /** The values, as they lie in the file. */
  readonly bytes: Uint8Array;
}

/** Values of an array, or of the part of it that `dims` describes. */
export function countOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** How many values lie between neighbors of each dimension. */
export function stridesOf({ dims, fortran }: Pick<NumberArray, 'dims' | 'fortran'>): number[] {
  const strides = new Array<number>(dims.length);
  let step = 1;
  for (let i = 0; i < dims.length; i++) {
    const d = fortran ? i : dims.length - 1 - i;
    strides[d] = step;
    step *= dims[d];
  }
  return strides;
}

/** Reads the value at a place in memory, counted in values. 64-bit integers come as the nearest double. */
export function valueReader({ type, littleEndian, bytes }: NumberArray): (at: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case 'bool':
    case 'uint8':
      return (at) => bytes[at];
    case 'int8':
      return (at) => view.getInt8(at);
    case 'uint16':
      return (at) => view.getUint16(at * 2, littleEndian);
    case 'int16':
      return (at) => view.getInt16(at * 2, littleEndian);
    case 'uint32':
      return (at) => view.getUint32(at * 4, littleEndian);
    case 'int32':
      return (at) => view.getInt32(at * 4, littleEndian);
    case 'uint64':
      return (at) => Number(view.getBigUint64(at * 8, littleEndian));
    case 'int64':
      return (at) => Number(view.getBigInt64(at * 8, littleEndian));
    case 'float16':
      return (at) => halfToNumber(view.getUint16(at * 2, littleEndian));
    case 'float32':
      return (at) => view.getFloat32(at * 4, littleEndian);
    case 'float64':
      return (at) => view.getFloat64(at * 8, littleEndian);
  }
}

/** Browsers that lack `DataView.getFloat16` are still in use. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
