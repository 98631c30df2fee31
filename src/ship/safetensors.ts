/**
 * The safetensors format: named tensors in one file that PyTorch, JAX and the rest of the field read. Eight bytes of
 * header length, a JSON header, then the tensors' bytes, end to end. Same tensors, same bytes: wider types
 * come first, so that each tensor is aligned; names are sorted; and there is no time or machine in it.
 */

import * as z from 'zod';
import {
  anArray,
  anObject,
  arrayOf,
  aString,
  checkArguments,
  kind,
  record,
  bytes as someBytes,
} from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';

import { parseJson } from '../core/json.ts';
import { printable } from '../core/printable.ts';

import { sha256 } from '../core/sha256.ts';
import { decodeText } from '../core/text.ts';
import type { ParameterSpec } from '../model/plan.ts';

/** A tensor of a file, row-major: float32, the bits of float16 (see float16.ts), or int8. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** Row-major; 16-bit numbers are float16. */
  readonly data: Float32Array | Uint16Array | Int8Array;
}

/** A float32 tensor, row-major. */
export interface Tensor extends StoredTensor {
  /** Row-major. */
  readonly data: Float32Array;
}

/** What a file holds. */
export interface SafeTensors<Kind extends StoredTensor = Tensor> {
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, Kind>;
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const METADATA_KEY = '__metadata__';
/** Enough for the history of 100,000 epochs; the format itself allows 100 MB. */
export const MAX_HEADER_BYTES = 32 * 1024 * 1024;
/** Largest number of tensors in a file, with the metadata counted as one. */
export const MAX_TENSORS = 10_000;
const SPACE = 0x20;
const BRACE = 0x7b;
const HINT = 'The file is damaged or not a safetensors file; make it again from its source.';

const entrySchema = z.strictObject({
  dtype: z.string().max(16),
  shape: z.array(z.int().min(0)).max(8),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const metadataSchema = z.record(z.string(), z.string());

/** Bytes per value of each type, and its array class. */
const types = {
  F32: { bytes: 4, make: (buffer: ArrayBuffer) => new Float32Array(buffer) },
  F16: { bytes: 2, make: (buffer: ArrayBuffer) => new Uint16Array(buffer) },
  I8: { bytes: 1, make: (buffer: ArrayBuffer) => new Int8Array(buffer) },
} as const;
/** The format is little-endian on every machine. */
const SWAPS = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;
/** The name of a type in the format, for Couture's own files. */
export type TensorType = keyof typeof types;

/** Bytes per value of every type that can be read: other programs also write those without an array class. */
const widths = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
/** The name of any type of the format. */
export type AnyTensorType = keyof typeof widths;

interface Entry<Type extends AnyTensorType = AnyTensorType> {
  readonly name: string;
  readonly type: Type;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const aTensor = record({ shape: anArray, data: arrayOf('Float32Array', 'Uint16Array', 'Int8Array') });
const someTensors = kind(
  'a Map of tensors, { shape, data }, by name',
  (value) =>
    value instanceof Map && [...value.values()].every((tensor) => aTensor.misfit(tensor) === undefined),
);

/**
 * The bytes of a safetensors file.
 * @param metadata free text by key; safetensors allows nothing else besides tensors
 * @throws CoutureError of kind `runtime` when a tensor's data does not fill its shape
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  checkArguments('encodeSafetensors', { tensors: [tensors, someTensors], metadata: [metadata, anObject] });
  const bytesOf = (name: string): number => types[tensorType(tensors.get(name)!)].bytes;
  // Sorting is stable: within a type, by name.
  const names = [...tensors.keys()].sort().sort((a, b) => bytesOf(b) - bytesOf(a));
  const header: [string, unknown][] = [];
  const metadataKeys = Object.keys(metadata).sort();
  if (metadataKeys.length > 0)
    header.push([METADATA_KEY, Object.fromEntries(metadataKeys.map((key) => [key, metadata[key]]))]);
  let end = 0;
  for (const name of names) {
    const tensor = tensors.get(name)!;
    const { shape, data } = tensor;
    if (name === METADATA_KEY || elements(shape) !== data.length) {
      throw new CoutureError(
        'runtime',
        `Tensor ${name} of shape [${shape.join(', ')}] has ${data.length} values, which do not match the shape.`,
      );
    }
    const begin = end;
    end += data.length * bytesOf(name);
    header.push([name, { dtype: tensorType(tensor), shape, data_offsets: [begin, end] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(SPACE, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const name of names) {
    const { data } = tensors.get(name)!;
    const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    bytes.set(values, at);
    if (SWAPS) swap(bytes.subarray(at, at + values.length), data.BYTES_PER_ELEMENT);
    at += values.length;
  }
  return bytes;
}

/** How the values of a tensor are stored. */
export function tensorType({ data }: StoredTensor): TensorType {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Uint16Array ? 'F16' : 'I8';
}

/**
 * Reads a safetensors file of float32 tensors, checking every length against the bytes that are there.
 * @param name name of the file in messages
 * @throws CoutureError of kind `data` saying what is wrong
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): SafeTensors {
  const { tensors, metadata } = decode(bytes, name, ['F32']);
  return { tensors: floatTensors(tensors, name), metadata };
}

/**
 * Tensors that have to be float32.
 * @throws CoutureError of kind `data` naming one that is not
 */
export function floatTensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  name: string,
): ReadonlyMap<string, Tensor> {
  const floats = new Map<string, Tensor>();
  for (const [key, { shape, data }] of tensors) {
    if (!(data instanceof Float32Array)) throw damaged(name, `tensor ${named(key)} is not float32`);
    floats.set(key, { shape, data });
  }
  return floats;
}

/** As {@link decodeSafetensors}, of a file that may hold float16 and int8 as well: those stay as they are stored. */
export function decodeStoredTensors(bytes: Uint8Array, name: string): SafeTensors<StoredTensor> {
  return decode(bytes, name, ['F32', 'F16', 'I8']);
}

/** A tensor of any type as its bytes, in the order of this machine. */
export interface RawTensor {
  readonly type: AnyTensorType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** As {@link decodeSafetensors}, of a file of another program with tensors of any type. */
export function decodeRawTensors(
  bytes: Uint8Array,
  name: string,
): { readonly tensors: ReadonlyMap<string, RawTensor>; readonly metadata: Readonly<Record<string, string>> } {
  const { entries, metadata } = decodeEntries(bytes, name, Object.keys(widths) as AnyTensorType[]);
  return {
    tensors: new Map(entries.map(({ name, type, shape, bytes }) => [name, { type, shape, bytes }])),
    metadata,
  };
}

function decode(bytes: Uint8Array, name: string, wanted: readonly TensorType[]): SafeTensors<StoredTensor> {
  const { entries, metadata } = decodeEntries(bytes, name, wanted);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, type, shape, bytes } of entries)
    tensors.set(name, { shape, data: types[type].make(bytes.buffer) });
  return { tensors, metadata };
}

function decodeEntries<Type extends AnyTensorType>(
  bytes: Uint8Array,
  name: string,
  wanted: readonly Type[],
): {
  entries: (Entry<Type> & { readonly bytes: Uint8Array<ArrayBuffer> })[];
  metadata: Record<string, string>;
} {
  checkArguments('decodeSafetensors', { bytes: [bytes, someBytes], name: [name, aString] });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < LENGTH_BYTES) throw damaged(name, `it has ${bytes.length} bytes, too few for a header`);
  const headerBytes = view.getBigUint64(0, true);
  if (headerBytes > BigInt(MAX_HEADER_BYTES))
    throw damaged(name, `its header claims ${headerBytes} bytes, more than the limit of ${MAX_HEADER_BYTES}`);
  const dataStart = LENGTH_BYTES + Number(headerBytes);
  if (dataStart > bytes.length)
    throw damaged(name, `its header claims ${headerBytes} bytes, but ${bytes.length - LENGTH_BYTES} follow`);

  // So the format has it: no space and no byte order mark in front.
  if (bytes[LENGTH_BYTES] !== BRACE) throw damaged(name, 'its header does not begin with "{"');
  const { entries, metadata } = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart), name, wanted);
  checkOffsets(entries, bytes.length - dataStart, name);

  const read = entries.map((entry) => {
    const values = new Uint8Array(bytes.subarray(dataStart + entry.begin, dataStart + entry.end));
    if (SWAPS) swap(values, widths[entry.type]);
    return { ...entry, bytes: values };
  });
  return { entries: read, metadata };
}

/** Turns each value's bytes around. */
function swap(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/**
 * Named values with the shapes that a plan gives them.
 * @throws CoutureError of kind `runtime` when one is missing
 */
export function withShapes(
  parameters: readonly ParameterSpec[],
  values: ReadonlyMap<string, Float32Array>,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const { name, shape } of parameters) {
    const data = values.get(name);
    if (data === undefined) throw new CoutureError('runtime', `The parameter ${name} is missing.`);
    tensors.set(name, { shape, data });
  }
  return tensors;
}

/** SHA-256 of the tensors alone, in hex: equal exactly when every name, shape and bit is equal. */
export async function weightsSha256(tensors: ReadonlyMap<string, Tensor>): Promise<string> {
  return await sha256(encodeSafetensors(tensors));
}

function parseHeader<Type extends AnyTensorType>(
  bytes: Uint8Array,
  name: string,
  wanted: readonly Type[],
): { entries: Entry<Type>[]; metadata: Record<string, string> } {
  const source = `${name} is not a readable safetensors file: its header`;
  const header = parseJson(decodeText(bytes, source), source, 'data', HINT);
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw damaged(name, 'its header is not a JSON object');
  const pairs = Object.entries(header);
  if (pairs.length > MAX_TENSORS) throw damaged(name, `it claims more than ${MAX_TENSORS} tensors`);

  const entries: Entry<Type>[] = [];
  let metadata: Record<string, string> = {};
  for (const [key, value] of pairs) {
    if (key === METADATA_KEY) {
      const parsed = metadataSchema.safeParse(value);
      if (!parsed.success) throw damaged(name, 'its metadata is not a map of strings');
      metadata = parsed.data;
      continue;
    }
    const tensor = named(key);
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success) throw damaged(name, `the entry of tensor ${tensor} is malformed`);
    const { dtype, shape, data_offsets } = parsed.data;
    const type = wanted.find((known) => known === dtype);
    if (type === undefined)
      throw damaged(
        name,
        `tensor ${tensor} is ${printable(dtype)}, but only ${wanted.join(', ')} can be read`,
      );
    entries.push({ name: key, type, shape, begin: data_offsets[0], end: data_offsets[1] });
  }
  return { entries: entries.sort((a, b) => a.begin - b.begin || a.end - b.end), metadata };
}

/** Tensors must fill the data end to end: no overlap, no hole, nothing left over, each as long as its shape. */
function checkOffsets(entries: readonly Entry[], dataBytes: number, name: string): void {
  let end = 0;
  for (const entry of entries) {
    const tensor = named(entry.name);
    if (entry.begin !== end)
      throw damaged(name, `tensor ${tensor} begins at byte ${entry.begin} instead of ${end}`);
    const size = elements(entry.shape) * widths[entry.type];
    if (entry.end - entry.begin !== size) {
      throw damaged(
        name,
        `tensor ${tensor} of shape [${entry.shape.join(', ')}] must take ${size} bytes, not ${entry.end - entry.begin}`,
      );
    }
    end = entry.end;
  }
  if (end !== dataBytes) throw damaged(name, `its tensors take ${end} bytes, but the file has ${dataBytes}`);
}

/** A tensor's name for a message. */
function named(name: string): string {
  return printable(JSON.stringify(name.slice(0, 80)));
}

/** Number of values of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function damaged(name: string, what: string, cause?: unknown): CoutureError {
  return new CoutureError('data', `${name} is not a readable safetensors file: ${what}.`, {
    hint: HINT,
    cause,
  });
}
