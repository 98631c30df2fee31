import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray, inputFor } from '../../test/dataset-fixture.ts';
import { slowInference } from '../../test/slow-inference.ts';
import { argMax } from '../core/arg-max.ts';
import { keyFromSeed } from '../core/philox.ts';
import { createBackend } from '../engine/create.ts';
import { initialize } from '../model/init.ts';
import { planModel } from '../model/plan.ts';
import { multilayer } from '../model/spec.ts';
import { Classifier } from './classifier.ts';
import { Ensemble } from './ensemble.ts';

const spec = multilayer(12, [8], 3);
const input = inputFor(gray(4, 3));
const classNames = ['a', 'b', 'c'];
const weights = initialize(planModel(spec), keyFromSeed(1));
const image = (seed: number): Uint8Array => Uint8Array.from({ length: 12 }, (_, i) => (i * seed * 37) % 256);

async function classifier(): Promise<Classifier> {
  return new Classifier({
    spec,
    input,
    classNames,
    weights,
    backend: await createBackend({ backend: 'reference' }),
  });
}

test('a prediction has the label of its largest probability, and they sum to one', async () => {
  const model = await classifier();
  const { label, index, probabilities } = await model.predict(image(3));
  assert.equal(label, classNames[index]);
  assert.equal(Math.max(...probabilities), probabilities[index]);
  assert.ok(Math.abs(probabilities.reduce((a, b) => a + b) - 1) < 1e-6);
  await model.dispose();
});

test('activations of the last layer are the logits; those before it have passed ReLU', async () => {
  const model = await classifier();
  const images = Uint8Array.from([...image(2), ...image(5)]);
  const logits = await model.activations(images, { layer: 1 });
  const logProbabilities = await model.logProbabilities(images);
  // Log-probabilities are the logits less one number a row.
  const shift = (i: number) => logits[i] - logProbabilities[i];
  for (let i = 0; i < 6; i++) assert.ok(Math.abs(shift(i) - shift(i - (i % 3))) < 1e-6);
  const hidden = await model.activations(images, { layer: 0, indices: Uint32Array.of(1) });
  assert.equal(hidden.length, 8);
  assert.ok(hidden.every((value) => value >= 0) && hidden.some((value) => value > 0));
  await assert.rejects(model.activations(images, { layer: 2 }), /Layer 2 is out of range/);
  await assert.rejects(
    model.inputGradients(images, { classes: Uint16Array.of(0) }),
    /for each of the 2 images/,
  );
  await model.dispose();
});

test('many at once, one by one, and all together come out the same', async () => {
  const model = await classifier();
  const images = Array.from({ length: 5 }, (_, i) => image(i + 1));
  const many = await model.predictMany(images);
  assert.deepEqual(await Promise.all(images.map((each) => model.predict(each))), many);
  const floats = images.map((each) => Float32Array.from(each, (value) => value / 255));
  assert.deepEqual(await model.predictMany(floats), many);
  assert.deepEqual(await model.predictMany([]), []);
  const joined = Uint8Array.from(images.flatMap((each) => [...each]));
  const all = await model.logProbabilities(joined);
  const picked = await model.logProbabilities(joined, { indices: Uint32Array.of(4, 0) });
  assert.deepEqual([...picked], [...all.subarray(12, 15), ...all.subarray(0, 3)]);
  await model.dispose();
});

test('what does not fit is refused, and a failure does not stop what follows', async () => {
  const model = await classifier();
  await assert.rejects(model.predict(new Uint8Array(11)), { kind: 'usage', message: /11 pixels/ });
  await assert.rejects(model.predict(new Float32Array(12).fill(2)), {
    kind: 'usage',
    message: /not a number from 0 to 1/,
  });
  await assert.rejects(model.logProbabilities(new Uint8Array(13)), { kind: 'usage' });
  await assert.rejects(model.logProbabilities(image(1), { indices: Uint32Array.of(1) }), { kind: 'usage' });
  const signal = AbortSignal.abort();
  await assert.rejects(model.logProbabilities(image(1), { signal }), { kind: 'interrupted' });
  assert.equal((await model.predict(image(1))).probabilities.length, 3);
  await model.dispose();
  await model.dispose();
  await assert.rejects(model.predict(image(1)), { kind: 'usage', message: /disposed/ });
});

for (const kind of ['classifier', 'ensemble'] as const)
  test(`${kind}: a short question is answered, or stopped, while a long one is under way`, async () => {
    const backend = slowInference(await createBackend({ backend: 'reference' }));
    const network = { spec, input, weights };
    const model =
      kind === 'classifier'
        ? new Classifier({ ...network, classNames, backend })
        : new Ensemble({ members: [network, network], classNames, backend });
    const images = Uint8Array.from({ length: 600 * 12 }, (_, i) => (i * 37) % 256);
    const expected = await model.logProbabilities(images);
    let share = 0;
    let ended = false;
    const long = model.logProbabilities(images, { onProgress: (done) => (share = done) }).then((answers) => {
      ended = true;
      return answers;
    });
    const first = await model.predict(images.subarray(0, 12));
    assert.ok(share < 0.5, `answered when ${share} of the long question was`);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 5);
    const stopped = model.predict(images.subarray(0, 12), { signal: stop.signal });
    await assert.rejects(stopped, { kind: 'interrupted' });
    const disposed = model.dispose();
    assert.equal(ended, false);
    await assert.rejects(model.predict(images.subarray(0, 12)), { kind: 'usage', message: /disposed/ });
    // What was under way when it was disposed of has ended well.
    assert.deepEqual(await long, expected);
    await disposed;
    assert.equal(first.label, classNames[argMax(expected.subarray(0, 3))]);
  });

test('weights and names must belong to the network', async () => {
  const backend = await createBackend({ backend: 'reference' });
  assert.throws(() => new Classifier({ spec, input, classNames: ['a'], weights, backend }), {
    kind: 'usage',
  });
  const part = new Map([...weights].slice(1));
  assert.throws(() => new Classifier({ spec, input, classNames, weights: part, backend }), {
    message: /fc1\.weight/,
  });
});
