import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray } from '../../test/dataset-fixture.ts';
import { multilayer } from '../model/spec.ts';
import { firstLayer } from './first-layer.ts';

const spec = multilayer(6, [3], 2);
const shape = gray(2, 3);
// Norms 3, 5 and 3: the second unit comes first, then the first of the equals.
const values = [0, 0, 3, 0, 0, 0, 0, 3, 0, 0, -4, 0, 1, -2, 2, 0, 0, 0];

test('units come by norm with the weights of their pixels', () => {
  const layer = firstLayer(spec, new Map([['fc1.weight', Float32Array.from(values)]]), shape);
  assert.deepEqual(layer, {
    ...shape,
    units: [1, 0, 2],
    weights: [
      Float32Array.of(0, 3, 0, 0, -4, 0),
      Float32Array.of(0, 0, 3, 0, 0, 0),
      Float32Array.of(1, -2, 2, 0, 0, 0),
    ],
  });
});

test('weights or images that do not fit are refused', () => {
  const weights = new Map([['fc1.weight', Float32Array.from(values)]]);
  assert.throws(() => firstLayer(spec, weights, gray(2, 2)), { kind: 'usage' });
  assert.throws(() => firstLayer(spec, new Map(), shape), { kind: 'usage', message: /fc1\.weight has 0/ });
});
