import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CoutureError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import {
  decodeSafetensors,
  decodeStoredTensors,
  encodeSafetensors,
  type StoredTensor,
  type Tensor,
  weightsSha256,
} from './safetensors.ts';

const tensor = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }).chain((shape) => {
  const length = shape.reduce((a, b) => a * b, 1);
  return fc.float32Array({ minLength: length, maxLength: length }).map((data): Tensor => ({ shape, data }));
});
const name = fc
  .string({ unit: 'binary', maxLength: 12 })
  .filter((text) => text !== '__metadata__' && text.isWellFormed());
const tensors = fc
  .array(fc.tuple(name, tensor), { maxLength: 6 })
  .map((pairs) => new Map<string, Tensor>(pairs));
const metadata = fc.dictionary(
  name.filter((text) => text !== '__proto__'),
  fc.string(),
  { maxKeys: 4, noNullPrototype: true },
);

const two = new Map<string, Tensor>([
  ['fc1.weight', { shape: [2, 3], data: new Float32Array([1, 2, 3, 4, 5, 6]) }],
  ['fc1.bias', { shape: [2], data: new Float32Array([-1, 0.5]) }],
]);

/** A file with a header of our own choosing. */
function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

test('the bytes are those of the format: length, padded JSON, little-endian floats, names sorted', () => {
  const bytes = encodeSafetensors(two, { epoch: '3' });
  const view = new DataView(bytes.buffer);
  const headerBytes = Number(view.getBigUint64(0, true));
  assert.equal(headerBytes % 8, 0);
  assert.equal(
    new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)).trimEnd(),
    '{"__metadata__":{"epoch":"3"},"fc1.bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},' +
      '"fc1.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}}',
  );
  assert.equal(view.getFloat32(8 + headerBytes, true), -1);
  assert.equal(bytes.length, 8 + headerBytes + 32);
});

test('what is encoded is decoded, bit for bit, from any place in a larger buffer', () => {
  fc.assert(
    fc.property(tensors, metadata, fc.integer({ min: 0, max: 9 }), (input, notes, offset) => {
      const bytes = encodeSafetensors(input, notes);
      const larger = new Uint8Array(bytes.length + offset);
      larger.set(bytes, offset);
      const decoded = decodeSafetensors(larger.subarray(offset), 'test');
      assert.deepEqual(new Map([...decoded.tensors].sort()), new Map([...input].sort()));
      assert.deepEqual({ ...decoded.metadata }, { ...notes });
    }),
  );
});

test('a damaged file gives a data error, never another one', () => {
  const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(tensors, flips, fc.nat(), (input, changes, cut) => {
      const whole = encodeSafetensors(input);
      for (const [place, value] of changes) whole[place % whole.length] = value;
      const bytes = whole.subarray(0, whole.length - (cut % 3 === 0 ? cut % whole.length : 0));
      try {
        decodeSafetensors(bytes, 'test');
      } catch (error) {
        assert.ok(error instanceof CoutureError && error.kind === 'data', String(error));
      }
    }),
    { numRuns: 500 },
  );
});

test('truncated, padded and empty files are refused', () => {
  const bytes = encodeSafetensors(two);
  for (let length = 0; length < bytes.length; length++)
    assert.throws(() => decodeSafetensors(bytes.subarray(0, length), 'cut'), { kind: 'data' });
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  assert.throws(() => decodeSafetensors(longer, 'longer'), /take 32 bytes, but the file has 33/);
});

test('each wrong header is named', () => {
  const entry = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32') => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });
  const cases: [unknown, number, RegExp][] = [
    ['nonsense', 0, /does not begin with "\{"/],
    [' {}', 0, /does not begin with "\{"/],
    ['\ufeff{}', 0, /does not begin with "\{"/],
    [[], 0, /does not begin with "\{"/],
    ['{nonsense', 0, /not valid JSON/],
    [{ a: { dtype: 'F32' } }, 0, /entry of tensor "a" is malformed/],
    [{ a: entry(0, 4, [1], 'F16') }, 4, /is F16/],
    [{ a: entry(4, 8) }, 8, /begins at byte 4 instead of 0/],
    [{ a: entry(0, 8), b: entry(4, 12) }, 12, /begins at byte 4 instead of 8/],
    [{ a: entry(0, 8, [3]) }, 8, /must take 12 bytes, not 8/],
    [{ a: entry(0, 8, [2 ** 52, 2 ** 52]) }, 8, /must take/],
    [{ a: entry(0, 8) }, 4, /take 8 bytes, but the file has 4/],
    [{ __metadata__: { a: 1 } }, 0, /not a map of strings/],
  ];
  for (const [header, dataBytes, message] of cases)
    assert.throws(() => decodeSafetensors(fileOf(header, dataBytes), 'f'), message);
  const huge = new Uint8Array(16).fill(255);
  assert.throws(() => decodeSafetensors(huge, 'f'), /more than the limit/);
});

test('a tensor that does not fill its shape is not written', () => {
  assert.throws(() => encodeSafetensors(new Map([['a', { shape: [3], data: new Float32Array(2) }]])), {
    kind: 'runtime',
  });
});

test('the hash depends on names, shapes and bits, not on the order of the map', async () => {
  const hash = await weightsSha256(two);
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.equal(await weightsSha256(new Map([...two].reverse())), hash);
  const changed = new Map(two).set('fc1.bias', { shape: [2], data: new Float32Array([-1, 0.50000006]) });
  assert.notEqual(await weightsSha256(changed), hash);
});

test('float16 and int8 are stored behind what is wider, each aligned, and come back as they are', () => {
  const mixed = new Map<string, StoredTensor>([
    ['a', { shape: [3], data: Int8Array.of(-128, 0, 127) }],
    ['b', { shape: [1, 2], data: Uint16Array.of(0x3c00, 0xfbff) }],
    ['c', { shape: [1], data: Float32Array.of(0.1) }],
  ]);
  const bytes = encodeSafetensors(mixed);
  const { tensors } = decodeStoredTensors(bytes, 'mixed');
  assert.deepEqual([...tensors.keys()], ['c', 'b', 'a']);
  assert.deepEqual(new Map([...tensors].sort()), mixed);
  const header = new TextDecoder().decode(bytes.subarray(8, bytes.length - 11)).trimEnd();
  assert.deepEqual(JSON.parse(header), {
    c: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    b: { dtype: 'F16', shape: [1, 2], data_offsets: [4, 8] },
    a: { dtype: 'I8', shape: [3], data_offsets: [8, 11] },
  });
  assert.throws(() => decodeSafetensors(bytes, 'mixed'), /only F32 can be read/);
  assert.throws(
    () => decodeStoredTensors(fileOf({ a: { dtype: 'F64', shape: [1], data_offsets: [0, 8] } }, 8), 'f'),
    /is F64/,
  );
});

test('what a header says of names and types reaches a message without control characters', () => {
  const wrong = { shape: [1], data_offsets: [0, 8] };
  for (const header of [{ a: { ...wrong, dtype: '\u202eF\x1b' } }, { '\u202ea': { ...wrong, dtype: 'F32' } }])
    assert.throws(
      () => decodeStoredTensors(fileOf(header, 8), 'f'),
      ({ message }: Error) => message === printable(message) && message.includes('u{202e}'),
    );
});
