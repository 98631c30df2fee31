import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray, inputFor, makeDataset } from '../../test/dataset-fixture.ts';
import { keyFromSeed } from '../core/philox.ts';
import { createBackend } from '../engine/create.ts';
import { initialize } from '../model/init.ts';
import type { TensorMap } from '../model/network.ts';
import { planModel } from '../model/plan.ts';
import {
  layerNorm,
  linear,
  logSoftmax,
  type ModelSpec,
  multilayer,
  relu,
  residual,
  root,
  sequential,
} from '../model/spec.ts';
import { Classifier } from '../use/classifier.ts';
import { unitActivity } from './activity.ts';

/** Images of one pixel: an input of -1, -0.6, … 1 to the network. */
const classNames = ['a', 'b'];
const dataset = makeDataset(
  gray(1, 1),
  classNames,
  Uint8Array.of(0, 51, 102, 153, 204, 255),
  new Uint16Array(6),
);

async function activityOf(spec: ModelSpec, weights: TensorMap) {
  const backend = await createBackend({ backend: 'reference' });
  const classifier = new Classifier({ spec, input: inputFor(gray(1, 1)), classNames, weights, backend });
  const done: number[] = [];
  const activity = await unitActivity(classifier, spec, dataset, { onProgress: (share) => done.push(share) });
  await classifier.dispose();
  return { activity, done };
}

test('the share of images above 0 is counted by hand, and the dead units are named', async () => {
  const spec = multilayer(1, [4, 3], 2);
  const weights = new Map(initialize(planModel(spec), keyFromSeed(1)));
  // x > 0 for three of six; x > 0.3 for two; always; and never, as the largest is 1 - 1 = 0.
  weights.set('fc1.weight', Float32Array.of(1, 1, 0, 1));
  weights.set('fc1.bias', Float32Array.of(0, -0.3, 1, -1));
  // relu(x) - 0.5: two of six; 0.4 - relu(x - 0.3): all but x = 1; never.
  weights.set('fc2.weight', Float32Array.of(1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0));
  weights.set('fc2.bias', Float32Array.of(-0.5, 0.4, -1));
  const { activity, done } = await activityOf(spec, weights);
  assert.deepEqual(activity, [
    { layer: 'fc1', active: Float32Array.of(3 / 6, 2 / 6, 1, 0), dead: [3] },
    { layer: 'fc2', active: Float32Array.of(2 / 6, 5 / 6, 0), dead: [2] },
  ]);
  assert.deepEqual(done, [0.5, 1]);
});

test('a unit with Root is active where it is above 0, as with ReLU', async () => {
  const spec = sequential(linear(1, 3), root(), linear(3, 2), logSoftmax());
  const weights = new Map(initialize(planModel(spec), keyFromSeed(1)));
  weights.set('fc1.weight', Float32Array.of(1, 0, 1)).set('fc1.bias', Float32Array.of(0, 1, -1));
  const { activity } = await activityOf(spec, weights);
  assert.deepEqual(activity, [{ layer: 'fc1', active: Float32Array.of(3 / 6, 1, 0), dead: [2] }]);
});

test('a hidden layer without ReLU has no activity to speak of', async () => {
  const spec = sequential(linear(1, 3), linear(3, 2), relu(), linear(2, 2), logSoftmax());
  const { activity } = await activityOf(spec, initialize(planModel(spec), keyFromSeed(1)));
  assert.deepEqual(
    activity.map(({ layer }) => layer),
    ['fc2'],
  );
});

test('of a residual block, the units within that have ReLU are counted, not what goes round them', async () => {
  const block = residual(layerNorm(2), linear(2, 3), relu(), linear(3, 2));
  const spec = sequential(linear(1, 2), block, linear(2, 2), logSoftmax());
  const weights = new Map(initialize(planModel(spec), keyFromSeed(1)));
  // Of two features the norm gives -1 and 1, or the reverse, but for epsilon: fc1 gives x and 0.
  weights.set('fc1.weight', Float32Array.of(1, 0)).set('fc1.bias', new Float32Array(2));
  weights.set('fc2.weight', Float32Array.of(1, 0, -1, 0, 0, 0)).set('fc2.bias', Float32Array.of(0, 0, -1));
  const { activity } = await activityOf(spec, weights);
  assert.deepEqual(activity, [{ layer: 'fc2', active: Float32Array.of(3 / 6, 3 / 6, 0), dead: [2] }]);
});

test('a wide layer is asked about a few images at a time, and none is missed', async () => {
  const width = 1_500_000;
  const asked: number[] = [];
  const network = {
    // Unit 0 is active for bright images, and no other unit ever.
    activations: async (images: Uint8Array) => {
      asked.push(images.length);
      const values = new Float32Array(images.length * width);
      images.forEach((pixel, i) => {
        values[i * width] = pixel - 100;
      });
      return values;
    },
  };
  const spec = { layers: [linear(1, width), relu(), linear(width, 2), logSoftmax()] };
  const [{ active, dead }] = await unitActivity(network, spec, dataset);
  assert.deepEqual(asked, [2, 2, 2]);
  assert.equal(active[0], Math.fround(4 / 6));
  assert.equal(dead.length, width - 1);
});
