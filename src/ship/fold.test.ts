import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeImages, makeNetwork } from '../../test/model-fixture.ts';
import { createBackend } from '../engine/create.ts';
import type { Network } from '../model/network.ts';
import {
  batchNorm,
  gelu,
  linear,
  logSoftmax,
  multilayer,
  relu,
  residual,
  sequential,
} from '../model/spec.ts';
import { Classifier } from '../use/classifier.ts';
import { foldBatchNorm } from './fold.ts';

const classNames = ['a', 'b', 'c', 'd'];

async function ask(network: Network, images: Uint8Array): Promise<Float32Array> {
  await using model = new Classifier({ ...network, classNames, backend: await createBackend() });
  return await model.logProbabilities(images);
}

test('a folded network says the same to 1e-5, and has no BatchNorm1d left', async () => {
  const images = makeImages(200, 30);
  for (const activation of ['relu', 'gelu'] as const) {
    const spec = multilayer(30, [24, 16], 4, [0.2], { norm: 'batch', activation });
    const network = makeNetwork(spec, 3);
    const folded = foldBatchNorm(network);
    assert.deepEqual(
      folded.spec.layers.map(({ type }) => type),
      spec.layers.map(({ type }) => type).filter((type) => type !== 'BatchNorm1d'),
    );
    assert.deepEqual([...folded.weights.keys()].sort(), [
      ...['fc1.bias', 'fc1.weight', 'fc2.bias', 'fc2.weight', 'fc3.bias', 'fc3.weight'],
    ]);
    const before = await ask(network, images);
    const after = await ask(folded, images);
    before.forEach((value, i) => {
      assert.ok(Math.abs(value - after[i]) < 1e-5, `${value} became ${after[i]}`);
    });
    const unnormalized = await ask({ ...folded, weights: network.weights }, images);
    assert.ok(
      unnormalized.some((value, i) => Math.abs(value - before[i]) > 0.1),
      'the norms do something',
    );
  }
});

test('a network without such layers stays as it is', () => {
  const network = makeNetwork(multilayer(12, [8], 3), 1);
  assert.equal(foldBatchNorm(network), network);
});

test('a norm in front of its Linear stays, as one behind a Linear is folded', async () => {
  const images = makeImages(100, 30);
  const block = residual(batchNorm(24), linear(24, 32), gelu(), linear(32, 24));
  const head = [batchNorm(24), linear(24, 4), logSoftmax()];
  const network = makeNetwork(sequential(linear(30, 24), batchNorm(24), relu(), block, ...head), 3);
  const folded = foldBatchNorm(network);
  assert.deepEqual(folded.spec, sequential(linear(30, 24), relu(), block, ...head));
  const [before, after] = [await ask(network, images), await ask(folded, images)];
  before.forEach((value, i) => {
    assert.ok(Math.abs(value - after[i]) < 1e-5, `${value} became ${after[i]}`);
  });
});
