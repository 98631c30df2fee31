import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray, inputFor } from '../../../test/dataset-fixture.ts';
import { makeNetwork } from '../../../test/model-fixture.ts';
import type { Network } from '../../model/network.ts';
import { multilayer } from '../../model/spec.ts';
import { quantizeRows, restoreRows } from '../int8.ts';
import { packEach } from './onnx-network.ts';
import { storageNotes } from './storage-note.ts';

const packed = (network: Network) => [...packEach(network).values()];

test('int8 weights are told with their size and the accuracy of the model; float32 needs no words', () => {
  const network = makeNetwork(multilayer(20, [8], 3), 1, inputFor(gray(5, 4)));
  assert.deepEqual(storageNotes(packed(network), null), []);
  const weights = new Map(network.weights);
  for (const [name, columns] of [
    ['fc1.weight', 20],
    ['fc2.weight', 8],
  ] as const)
    weights.set(name, restoreRows(quantizeRows(weights.get(name)!, columns, columns), columns, columns));
  const test = { images: 1000, accuracy: 0.9188, loss: 0.25 };
  // A byte for each of 184 values, a scale of 4 bytes for each of 11 rows, and 11 biases of 4 bytes.
  assert.deepEqual(storageNotes(packed({ ...network, weights }), test), [
    'The matrices are stored as int8: the weights take 272 bytes, and as float32 780.',
    'No value changes, so the accuracy is that of the model: 91.88% of 1,000 test images.',
  ]);
});
