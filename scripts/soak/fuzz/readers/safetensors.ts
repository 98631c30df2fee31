/** safetensors files, plain and sealed by their digest, and a second reader of them. */

import { createHash } from 'node:crypto';
import {
  decodeStoredTensors,
  encodeSafetensors,
  type SafeTensors,
  type StoredTensor,
} from '../../../../src/ship/safetensors.ts';
import { decodeSealed, encodeSealed } from '../../../../src/ship/sealed.ts';
import type { Draw } from '../draw.ts';
import { type Json, mutateJson } from '../json.ts';
import { type Field, mutate } from '../mutate.ts';
import { bytesReader, must, type Sample } from '../reader.ts';

type Tensors = ReadonlyMap<string, StoredTensor>;
interface Content {
  readonly tensors: Tensors;
  readonly metadata: Readonly<Record<string, string>>;
}

const DIGEST = /"couture\.sha256":"([0-9a-f]{64})"/;
const LENGTH: Field = { at: 0, bytes: 8, little: true };

function someContent(draw: Draw): Content {
  const tensors = new Map<string, StoredTensor>();
  for (let i = draw.below(5); i > 0; i--) {
    const shape = draw.times(draw.below(4), () => draw.pick([0, 1, 2, 3, 5]));
    const length = shape.reduce((product, size) => product * size, 1);
    const bytes = draw.bytes(4 * length);
    const { buffer, byteOffset } = Buffer.from(bytes);
    const data = draw.pick<() => StoredTensor['data']>([
      () => new Float32Array(buffer.slice(byteOffset, byteOffset + 4 * length)),
      () => new Uint16Array(buffer.slice(byteOffset, byteOffset + 2 * length)),
      () => new Int8Array(buffer.slice(byteOffset, byteOffset + length)),
    ])();
    tensors.set(`${draw.name()}.${i}`, { shape, data });
  }
  const metadata = draw.chance(0.5) ? { [`${draw.name()}x`]: draw.name(), format: 'pt' } : {};
  return { tensors, metadata };
}

/** A file with another header: its length is made right. */
export function withHeader(bytes: Uint8Array, header: Uint8Array): Buffer {
  const file = Buffer.from(bytes);
  const padded = Buffer.concat([header, Buffer.alloc((8 - (header.length % 8)) % 8, 0x20)]);
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([head, padded, file.subarray(headerEnd(file))]);
}

function headerEnd(file: Buffer): number {
  return 8 + Number(file.readBigUInt64LE(0));
}

export function headerOf(bytes: Uint8Array): Json {
  const file = Buffer.from(bytes);
  return JSON.parse(file.toString('utf8', 8, headerEnd(file)));
}

/** A change to the header's JSON, or to the bytes. */
export function mutateTensors(bytes: Uint8Array, draw: Draw): Uint8Array {
  if (draw.chance(0.5)) return mutate({ bytes, fields: [LENGTH], other: undefined }, draw);
  return withHeader(bytes, mutateJson(headerOf(bytes), draw));
}

/** The digest is made that of the contents. */
export function reseal(bytes: Uint8Array): Buffer {
  const file = Buffer.from(bytes);
  // The header ends somewhere: what looks like a digest behind it is none.
  const found = DIGEST.exec(file.toString('latin1', 0, Math.min(file.length, 1 << 16)));
  if (found === null) return file;
  const place = found.index + found[0].indexOf(found[1]);
  file.fill('0', place, place + 64);
  file.write(createHash('sha256').update(file).digest('hex'), place, 'latin1');
  return file;
}

/** The tensors by a reader that believes everything; undefined where it cannot. */
function readAgain(bytes: Uint8Array): Map<string, Buffer> {
  const file = Buffer.from(bytes);
  const end = headerEnd(file);
  const { __metadata__: _, ...entries } = JSON.parse(file.toString('utf8', 8, end).replace(/^\ufeff/, ''));
  const found = new Map<string, Buffer>();
  for (const [
    name,
    {
      data_offsets: [from, to],
    },
  ] of Object.entries<{ data_offsets: [number, number] }>(entries))
    found.set(name, file.subarray(end + from, end + to));
  return found;
}

function bytesOf({ data }: StoredTensor): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Of what is not a number there are many: which of them it is is lost where a number passes through JavaScript. */
function areSameFloats(bytes: Buffer, { data }: StoredTensor): boolean {
  return (
    data instanceof Float32Array &&
    bytes.length === data.byteLength &&
    data.every((value, i) => Object.is(value, bytes.readFloatLE(4 * i)))
  );
}

function areSame(a: StoredTensor, b: StoredTensor): boolean {
  return bytesOf(a).equals(bytesOf(b)) || areSameFloats(bytesOf(b), a);
}

function mustHold({ tensors }: Pick<SafeTensors<StoredTensor>, 'tensors'>, bytes: Uint8Array): void {
  const again = readAgain(bytes);
  must(again.size === tensors.size, `${tensors.size} tensors of ${again.size}`);
  for (const [name, tensor] of tensors) {
    const length = tensor.shape.reduce((product, size) => product * size, 1);
    must(tensor.data.length === length, `${name} has ${tensor.data.length} values of ${tensor.shape}`);
    const bytes = again.get(name) ?? Buffer.alloc(0);
    must(bytes.equals(bytesOf(tensor)) || areSameFloats(bytes, tensor), `other values of ${name}`);
  }
}

function mustBeSame({ tensors, metadata }: SafeTensors<StoredTensor>, truth: Content): void {
  must(tensors.size === truth.tensors.size, `${tensors.size} tensors of ${truth.tensors.size}`);
  for (const [name, tensor] of truth.tensors) {
    const found = tensors.get(name);
    must(found !== undefined && found.shape.join() === tensor.shape.join(), `another shape of ${name}`);
    must(areSame(found, tensor), `other values of ${name}`);
  }
  const pairs = (map: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(map).sort());
  must(pairs(metadata) === pairs(truth.metadata), 'other metadata than were written');
}

const plain = (draw: Draw): Sample<Content> => {
  const truth = someContent(draw);
  return { bytes: encodeSafetensors(truth.tensors, truth.metadata), fields: [LENGTH], truth };
};

/** Whether what was read, written and read again is the same. */
function mustReturn(read: SafeTensors<StoredTensor>): void {
  const again = decodeStoredTensors(encodeSafetensors(read.tensors, read.metadata), 'again');
  mustBeSame(again, read);
}

export const safetensors = bytesReader<Content, SafeTensors<StoredTensor>>({
  name: 'safetensors',
  weight: 8,
  make: plain,
  mutate: mutateTensors,
  read: (bytes) => decodeStoredTensors(bytes, 'file'),
  exact: mustBeSame,
  sound(output, bytes) {
    mustHold(output, bytes);
    mustReturn(output);
  },
});

export const sealed = bytesReader<Content, SafeTensors<StoredTensor>>({
  name: 'sealed files',
  weight: 5,
  async make(draw) {
    const truth = someContent(draw);
    return { bytes: await encodeSealed(truth.tensors, truth.metadata), fields: [LENGTH], truth };
  },
  mutate: mutateTensors,
  reseal,
  read: (bytes) => decodeSealed(bytes, 'file'),
  exact: mustBeSame,
  sound(output, bytes) {
    mustHold(output, bytes);
    // One digest alone can be the right one.
    must(reseal(bytes).equals(bytes), 'the digest is not that of the contents');
  },
});
