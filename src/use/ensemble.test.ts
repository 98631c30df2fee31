import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray, inputFor } from '../../test/dataset-fixture.ts';
import { makeImages, makeMembers } from '../../test/model-fixture.ts';
import { createBackend } from '../engine/create.ts';
import type { BackendName } from '../engine/names.ts';
import type { Network } from '../model/network.ts';
import { Classifier } from './classifier.ts';
import { Ensemble, type EnsembleOptions } from './ensemble.ts';

const classNames = ['a', 'b', 'c'];
const [height, width] = [5, 4];
const members = makeMembers();
const COUNT = 300;
const images = makeImages(COUNT, 20);

async function ensemble(
  options: Partial<EnsembleOptions> = {},
  backend: BackendName = 'wasm',
): Promise<Ensemble> {
  const engine = await createBackend({ backend });
  return new Ensemble({ members, classNames, backend: engine, ...options });
}

async function logProbabilitiesOf(member: Network, pixels: Uint8Array): Promise<Float32Array> {
  await using model = new Classifier({ ...member, classNames, backend: await createBackend() });
  return await model.logProbabilities(pixels);
}

/** The log of the mean over what networks say of several versions of the images, in float64. */
async function meanOver(versions: readonly Uint8Array[], networks: readonly Network[]): Promise<number[]> {
  const sums = new Float64Array(COUNT * 3);
  for (const version of versions) {
    for (const member of networks)
      (await logProbabilitiesOf(member, version)).forEach((value, i) => {
        sums[i] += Math.exp(value);
      });
  }
  return Array.from(sums, (sum) => Math.log(sum / (versions.length * networks.length)));
}

function assertNear(found: Float32Array, expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(found[i] - value) <= 2e-6 * Math.max(1, -value), `${found[i]}, not ${value}`);
  });
}

/** Pixels by place: what a view is, said once more. */
function seen(at: (pixel: (y: number, x: number) => number, y: number, x: number) => number): Uint8Array {
  return Uint8Array.from({ length: images.length }, (_, i) => {
    const start = i - (i % 20);
    const pixel = (y: number, x: number): number =>
      y >= 0 && y < height && x >= 0 && x < width ? images[start + y * width + x] : 0;
    return at(pixel, Math.floor((i % 20) / width), i % width);
  });
}

test('an ensemble is the mean of its networks, one alone is itself to the bit', async () => {
  await using all = await ensemble();
  assertNear(await all.logProbabilities(images), await meanOver([images], members));
  await using one = await ensemble({ members: [members[1]] });
  assert.deepEqual(await one.logProbabilities(images), await logProbabilitiesOf(members[1], images));
});

test('views are averaged as well: moved, mirrored, and both', async () => {
  const moves = [
    [0, 0],
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ];
  const moved = moves.map(([dx, dy]) => seen((pixel, y, x) => pixel(y - dy, x - dx)));
  const mirrored = moves.map(([dx, dy]) => seen((pixel, y, x) => pixel(y - dy, width - 1 - x - dx)));
  const cases: [EnsembleOptions['views'], Uint8Array[]][] = [
    [{ flip: true, shift: 0 }, [moved[0], mirrored[0]]],
    [{ flip: false, shift: 1 }, moved],
    [{ flip: true, shift: 1 }, [...moved, ...mirrored]],
  ];
  for (const [views, versions] of cases) {
    await using model = await ensemble({ ...(views && { views }) });
    assertNear(await model.logProbabilities(images), await meanOver(versions, members));
  }
});

test('the temperature acts on the mixture', async () => {
  await using model = await ensemble({ temperature: 2.5 });
  const mean = await meanOver([images], members);
  const expected = mean.map((value, i) => {
    const row = mean.slice(i - (i % 3), i - (i % 3) + 3);
    return value / 2.5 - Math.log(row.reduce((sum, other) => sum + Math.exp(other / 2.5), 0));
  });
  assertNear(await model.logProbabilities(images), expected);
});

test('reference and wasm, all at once and in parts, now and together: the same bits', async () => {
  const options = { views: { flip: true, shift: 1 }, temperature: 0.8 };
  await using model = await ensemble(options);
  const all = await model.logProbabilities(images);
  await using plain = await ensemble(options, 'reference');
  assert.deepEqual(await plain.logProbabilities(images), all);
  const indices = Uint32Array.of(7, 299, 0, 7);
  const picked = await model.logProbabilities(images, { indices });
  assert.deepEqual(
    [...picked],
    [...indices].flatMap((index) => [...all.subarray(index * 3, index * 3 + 3)]),
  );
  const each = Array.from({ length: 4 }, (_, i) => images.subarray(i * 20, (i + 1) * 20));
  const [many, ...single] = await Promise.all([
    model.predictMany(each),
    ...each.map((image) => model.predict(image)),
  ]);
  assert.deepEqual(single, many);
  const { probabilities, index, label } = many[0];
  assert.equal(label, classNames[index]);
  probabilities.forEach((value, i) => {
    assert.ok(Math.abs(value - Math.exp(all[i])) < 1e-6);
  });
});

test('progress rises to the end, and an abort is heard between networks', async () => {
  await using model = await ensemble({ views: { flip: true, shift: 0 } });
  const shares: number[] = [];
  await model.logProbabilities(images, { onProgress: (share) => shares.push(share) });
  assert.deepEqual(shares, [1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1]);
  const stop = new AbortController();
  const asked = model.logProbabilities(images, { signal: stop.signal, onProgress: () => stop.abort() });
  await assert.rejects(asked, { kind: 'interrupted' });
  assert.equal((await model.logProbabilities(images)).length, COUNT * 3);
});

test('what does not fit is refused', async () => {
  await assert.rejects(ensemble({ members: [] }), { kind: 'usage', message: /at least one network/ });
  const other = { ...members[0], input: inputFor(gray(4, 5)) };
  await assert.rejects(ensemble({ members: [members[1], other] }), {
    kind: 'usage',
    message: /different images: 4x5 gray and 5x4 gray/,
  });
  for (const temperature of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    await assert.rejects(ensemble({ temperature }), {
      kind: 'usage',
      message: /temperature must be a number/,
    });
  for (const shift of [-1, 0.5, 3])
    await assert.rejects(ensemble({ views: { flip: false, shift } }), {
      kind: 'usage',
      message: /from 0 to 2/,
    });
  await assert.rejects(ensemble({ classNames: ['a'] }), { kind: 'usage', message: /1 class names/ });
  const model = await ensemble();
  await assert.rejects(model.predict(new Uint8Array(19)), { kind: 'usage', message: /19 pixels/ });
  await assert.rejects(model.logProbabilities(images, { indices: Uint32Array.of(COUNT) }), { kind: 'usage' });
  await model.dispose();
  await assert.rejects(model.logProbabilities(images), { kind: 'usage', message: /disposed/ });
});
