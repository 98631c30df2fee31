/**
 * NPY, NumPy's file of one array: a magic, a version, a Python literal that says type, order and shape, and the values.
 * Reads numbers and fixed-width text, but not Python objects, because unpickling runs code.
 */

import { CoutureError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { countOf, type ElementType, elementBytes, type NumberArray } from './numbers.ts';

/** An array of text: labels. */
export interface TextArray {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: 'text';
  readonly values: readonly string[];
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const MAX_HEADER = 1 << 16;

const numberTypes: Readonly<Record<string, ElementType>> = {
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

/** Whether bytes begin with the NPY signature. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads an NPY file.
 * @param bytes the whole file; numbers of the result are a view into it
 * @param name its name in errors
 * @throws CoutureError of kind `data` for arrays of objects or records, a malformed header, and any length
 * other than that of the header
 */
export function parseNpy(bytes: Uint8Array, name: string): NumberArray | TextArray {
  const { text, end } = headerOf(bytes, name);
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (descr === undefined && /['"]descr['"]\s*:\s*\[/.test(text))
    throw refused(name, 'it holds records with several fields', 'Save one array of numbers per file.');
  if (descr === undefined || order === undefined || shape === undefined)
    throw refused(name, `its header is malformed: ${printable(text.slice(0, 80))}`);
  const dims = shape
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => Number.parseInt(part, 10));
  const data = bytes.subarray(end);
  const fortran = order === 'True';
  const match = /^([<>|=]?)([a-zA-Z])(\d*)$/.exec(descr);
  const [, byteOrder = '', kind = '', digits = ''] = match ?? [];
  if (kind === 'O') {
    throw refused(
      name,
      'it holds Python objects (pickle), which Couture never loads',
      'Save numbers instead of objects: arr.astype("uint8") for images, arr.astype("int64") for labels.',
    );
  }
  if (kind === 'U' || kind === 'S') return parseText(data, { name, dims, kind, digits, byteOrder });
  const type = numberTypes[kind + digits];
  if (type === undefined)
    throw refused(name, `its values are of type ${printable(descr)}`, 'Save the numbers as another type.');
  checkLength(name, dims, elementBytes[type], data);
  return { name, dims, type, littleEndian: byteOrder !== '>', fortran, bytes: data };
}

function headerOf(bytes: Uint8Array, name: string): { text: string; end: number } {
  if (!isNpy(bytes) || bytes.length < 12) throw refused(name, 'it does not begin with the NPY signature');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6];
  if (major < 1 || major > 3)
    throw refused(name, `it has version ${major}, but only versions 1 to 3 can be read`);
  const start = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER || start + length > bytes.length)
    throw refused(name, `its header of ${length} bytes is larger than the file`);
  return { text: new TextDecoder().decode(bytes.subarray(start, start + length)), end: start + length };
}

interface TextHeader {
  readonly name: string;
  readonly dims: readonly number[];
  /** Four bytes a character, or one. */
  readonly kind: 'U' | 'S';
  readonly digits: string;
  readonly byteOrder: string;
}

function parseText(data: Uint8Array, { name, dims, kind, digits, byteOrder }: TextHeader): TextArray {
  const width = Number(digits);
  if (!(width >= 1 && width <= 1000)) throw refused(name, `its strings are ${width} characters wide`);
  const bytesEach = kind === 'U' ? 4 * width : width;
  checkLength(name, dims, bytesEach, data);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = Array.from({ length: countOf(dims) }, (_, i) => {
    const codeAt = (c: number): number =>
      kind === 'S' ? data[i * width + c] : view.getUint32(4 * (i * width + c), byteOrder !== '>');
    // Shorter strings are padded with zeros.
    let length = width;
    while (length > 0 && codeAt(length - 1) === 0) length -= 1;
    let text = '';
    for (let c = 0; c < length; c++) {
      const code = codeAt(c);
      if (code > 0x10ffff) throw refused(name, `string ${i} contains the character ${code}`);
      text += String.fromCodePoint(code);
    }
    return text;
  });
  return { name, dims, type: 'text', values };
}

function checkLength(name: string, dims: readonly number[], each: number, data: Uint8Array): void {
  const promised = countOf(dims) * each;
  if (dims.length > 8) throw refused(name, `it has ${dims.length} dimensions`);
  if (promised !== data.length) {
    throw refused(
      name,
      `its header declares ${dims.join(' x ') || '1'} values = ${promised} bytes, but ${data.length} bytes follow`,
    );
  }
}

function refused(
  name: string,
  what: string,
  hint = 'Write it again with numpy.save or numpy.savez.',
): CoutureError {
  return new CoutureError('data', `${name} cannot be read as an NPY array: ${what}.`, { hint });
}
