import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray, makeDataset } from '../../test/dataset-fixture.ts';
import { multilayer } from '../model/spec.ts';
import { favoredClasses, firstLayer } from './first-layer.ts';

const spec = multilayer(6, [3], 2);
const shape = gray(2, 3);
// Norms 3, 5 and 3: the second unit comes first, then the first of the equals.
const values = [0, 0, 3, 0, 0, 0, 0, 3, 0, 0, -4, 0, 1, -2, 2, 0, 0, 0];

test('units come by norm with the weights of their pixels', () => {
  const favored = [{ label: 1, share: 1 }, undefined, { label: 0, share: 0.5 }];
  const layer = firstLayer(spec, new Map([['fc1.weight', Float32Array.from(values)]]), shape, favored);
  assert.deepEqual(layer, {
    ...shape,
    units: [1, 0, 2],
    favored: [undefined, { label: 1, share: 1 }, { label: 0, share: 0.5 }],
    weights: [
      Float32Array.of(0, 3, 0, 0, -4, 0),
      Float32Array.of(0, 0, 3, 0, 0, 0),
      Float32Array.of(1, -2, 2, 0, 0, 0),
    ],
  });
});

test('weights or images that do not fit are refused', () => {
  const weights = new Map([['fc1.weight', Float32Array.from(values)]]);
  assert.throws(() => firstLayer(spec, weights, gray(2, 2), []), { kind: 'usage' });
  assert.throws(() => firstLayer(spec, new Map(), shape, []), {
    kind: 'usage',
    message: /fc1\.weight has 0/,
  });
});

test('a unit favors the class with the highest mean activation, not the most frequent one', async () => {
  // Three images of class 0 and one of class 1; each image is a number, and each unit answers with a multiple of it.
  const dataset = makeDataset(
    gray(1, 1),
    ['often', 'seldom', 'never'],
    Uint8Array.of(1, 1, 1, 2),
    [0, 0, 0, 1],
  );
  const answers = async (images: Uint8Array) =>
    Float32Array.from([...images].flatMap((value) => [value, value === 1 ? 4 : -4, -1]));
  const found = await favoredClasses({ activations: answers }, multilayer(1, [3], 3), dataset);
  assert.deepEqual(found, [{ label: 1, share: 2 / 3 }, { label: 0, share: 1 }, undefined]);
});
