import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFromSeed, RandomStream } from '../../core/philox.ts';
import { decodeFloat16, encodeFloat16 } from '../float16.ts';
import { quantizeRows, restoreRows } from '../int8.ts';
import { packWeights, unpackWeights } from './packed-weights.ts';

const random = new RandomStream(keyFromSeed(1));
const floats = Float32Array.from({ length: 6 * 50 }, () => random.nextFloat() - 0.5);
const shape = [6, 50];
const bias = { name: 'bias', shape: [6], values: floats.slice(0, 6) };

/** Matrices whose values come from a precision, with the bytes that they take. */
const matrices = [
  ['float32', floats, 1200],
  ['float16', decodeFloat16(encodeFloat16(floats)), 600],
  ['int8', restoreRows(quantizeRows(floats, 50), 50), 300 + 6 * 4],
  ['int8', restoreRows(quantizeRows(floats, 50, 32), 50, 32), 300 + 12 * 4],
] as const;

for (const [type, values, length] of matrices)
  test(`${length} bytes of ${type} give back every bit`, () => {
    const packed = packWeights([{ name: 'weight', shape, values }, bias], false);
    assert.deepEqual(
      packed.tensors.map((tensor) => tensor.type),
      [type, 'float32'],
    );
    assert.equal(packed.bytes.length, length + 24);
    assert.equal(packWeights([{ name: 'weight', shape, values }], true).rounded, type === 'float32');
    assert.deepEqual(unpackWeights(packed), [values, bias.values]);
  });

test('float16 on request rounds matrices, but no vector and no matrix with smaller exact values', () => {
  const exact = matrices[2][1];
  const given = [{ name: 'a', shape, values: floats }, { name: 'b', shape, values: exact }, bias];
  const packed = packWeights(given, true);
  assert.deepEqual(
    packed.tensors.map(({ type }) => type),
    ['float16', 'int8', 'float32'],
  );
  assert.deepEqual(unpackWeights(packed), [matrices[1][1], exact, bias.values]);
});

test('a value beyond float16 stays float32, and a wrong number of bytes is refused', () => {
  const large = floats.slice();
  large[3] = 1e6;
  const packed = packWeights([{ name: 'weight', shape, values: large }], true);
  assert.equal(packed.tensors[0].type, 'float32');
  const more = new Uint8Array(packed.bytes.length + 4);
  assert.throws(() => unpackWeights({ ...packed, bytes: more }), { kind: 'data', message: /1204 bytes/ });
});
