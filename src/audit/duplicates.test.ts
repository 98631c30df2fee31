import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { gray, infoFor, makeDataset } from '../../test/dataset-fixture.ts';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Duplicates } from './audit.ts';
import { findDuplicates } from './duplicates.ts';
import { findNearPairs, mirrorImage, relativeDistance } from './near-pairs.ts';

/** What `findNearPairs` must find, by comparing all with all. */
function bruteForce(images: readonly Uint8Array[], width: number, threshold: number) {
  const pairs = [];
  for (let second = 0; second < images.length; second++)
    for (let first = 0; first < second; first++) {
      const plain = relativeDistance(images[first], images[second]);
      const mirrored = relativeDistance(mirrorImage(images[first], width), images[second]);
      if (plain <= threshold) pairs.push({ first, second, kind: 'near', distance: plain });
      else if (mirrored <= threshold) pairs.push({ first, second, kind: 'mirrored', distance: mirrored });
    }
  return pairs.sort((a, b) => a.distance - b.distance || a.first - b.first || a.second - b.second);
}

/** A set of small images in which copies of all kinds are likely. */
const imageSets = fc
  .record({ height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }) })
  .chain(({ height, width }) => {
    const image = fc.uint8Array({ minLength: height * width, maxLength: height * width });
    const change = fc.record({
      of: fc.nat(20),
      mirrored: fc.boolean(),
      at: fc.nat(height * width - 1),
      by: fc.integer({ min: -60, max: 60 }),
    });
    return fc.record({
      height: fc.constant(height),
      width: fc.constant(width),
      threshold: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.6, noNaN: true })),
      images: fc
        .tuple(fc.array(image, { minLength: 1, maxLength: 12 }), fc.array(change, { maxLength: 12 }))
        .map(([originals, changes]) => [
          ...originals,
          ...changes.map(({ of, mirrored, at, by }) => {
            const original = originals[of % originals.length];
            const copy = mirrored ? mirrorImage(original, width) : original.slice();
            copy[at] = Math.min(255, Math.max(0, copy[at] + by));
            return copy;
          }),
        ]),
    });
  });

describe('near pairs', () => {
  it('are those that comparing all with all finds, with the same distances', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(imageSets, async ({ height, width, threshold, images }) => {
        const pairs = await findNearPairs({
          images: Uint8Array.from(images.flatMap((image) => [...image])),
          height,
          width,
          threshold,
        });
        found += pairs.length;
        assert.deepEqual(pairs, bruteForce(images, width, threshold));
      }),
      { numRuns: 1500, seed: 4 },
    );
    assert.ok(found > 1000, 'the property is about something');
  });

  it('at the very threshold count', async () => {
    const [height, width] = [5, 6];
    const random = new RandomStream(keyFromSeed(3));
    const images = Array.from({ length: 60 }, () =>
      Uint8Array.from({ length: 30 }, () => random.nextBelow(256)),
    );
    const joined = Uint8Array.from(images.flatMap((image) => [...image]));
    const all = bruteForce(images, width, 0.9);
    for (const { distance: threshold } of all.slice(0, 200)) {
      const pairs = await findNearPairs({ images: joined, height, width, threshold });
      assert.deepEqual(pairs, bruteForce(images, width, threshold));
    }
  });

  it('count as well where the bounds are as large as the distance', async () => {
    // Of two plain surfaces, norms and means alone give the whole distance, but for rounding.
    for (let gray = 1; gray < 255; gray++) {
      const [darker, lighter] = [new Uint8Array(35).fill(gray), new Uint8Array(35).fill(255)];
      const threshold = relativeDistance(darker, lighter);
      const images = Uint8Array.from([...darker, ...lighter]);
      const pairs = await findNearPairs({ images, height: 7, width: 5, threshold });
      assert.equal(pairs.length, 1, `${gray}`);
    }
  });

  it('stop when asked to, and when there are too many', async () => {
    const images = new Uint8Array(300 * 4).map((_, i) => 200 + (Math.imul(i, 0x9e3779b1) >>> 30));
    await assert.rejects(findNearPairs({ images, height: 2, width: 2, threshold: 0.5 }), {
      kind: 'data',
      message: /More than 20000 pairs/,
    });
    const random = new RandomStream(keyFromSeed(5));
    const many = new Uint8Array(5000 * 64).map(() => random.nextBelow(256));
    const signal = AbortSignal.abort();
    await assert.rejects(findNearPairs({ images: many, height: 8, width: 8, threshold: 0.2, signal }), {
      kind: 'interrupted',
    });
  });
});

describe('duplicates', () => {
  const [height, width] = [8, 8];
  const size = height * width;
  const random = new RandomStream(keyFromSeed(1));
  const noise = (count: number) =>
    Array.from(
      { length: count },
      (): Uint8Array => Uint8Array.from({ length: size }, () => random.nextBelow(256)),
    );
  const split = (
    name: 'train' | 'test',
    images: readonly Uint8Array[],
    labels?: readonly number[],
  ): Dataset =>
    makeDataset(
      gray(height, width),
      ['a', 'b'],
      Uint8Array.from(images.flatMap((image) => [...image])),
      images.map((_, i) => labels?.[i] ?? 0),
      { split: name },
    );
  const places = ({ exact, near }: Duplicates) => ({
    exact: exact.map((group) => group.map(({ split, index, label }) => `${split} ${index} ${label}`)),
    near: near.map(
      ({ kind, first, second }) => `${kind} ${first.split} ${first.index} ${second.split} ${second.index}`,
    ),
  });

  it('are found within the splits and across them, of every kind', async () => {
    const train = noise(40);
    const test = noise(20);
    train[30] = train[10];
    train[31] = train[10];
    test[5] = train[10];
    test[7] = test[6];
    test[8] = train[2].map((value, i) => (i === 20 ? value ^ 3 : value));
    test[9] = mirrorImage(train[3], width);
    train[32] = mirrorImage(train[4], width).map((value, i) => (i === 9 ? value ^ 8 : value));
    const labels = train.map((_, i) => (i === 31 ? 1 : 0));
    const found = await findDuplicates(split('train', train, labels), split('test', test));
    assert.deepEqual(places(found), {
      exact: [
        ['train 10 0', 'train 30 0', 'train 31 1', 'test 5 0'],
        ['test 6 0', 'test 7 0'],
      ],
      near: ['mirrored train 3 test 9', 'near train 2 test 8', 'mirrored train 4 train 32'],
    });
    assert.equal(found.near[0].distance, 0);
    assert.equal(found.threshold, 0.08);
  });

  it('blank images are copies of each other and near to nothing else', async () => {
    const blank = new Uint8Array(size);
    const faint = blank.map((_, i) => (i === 0 ? 1 : 0));
    const found = await findDuplicates(split('train', [blank, faint, blank]), split('test', [blank]), {
      threshold: 0.99,
    });
    assert.deepEqual(places(found), { exact: [['train 0 0', 'train 2 0', 'test 0 0']], near: [] });
  });

  it('impossible thresholds and splits of different sizes are refused', async () => {
    const few = split('train', noise(2));
    await assert.rejects(findDuplicates(few, few, { threshold: 1 }), { kind: 'usage' });
    await assert.rejects(findDuplicates(few, few, { threshold: Number.NaN }), { kind: 'usage' });
    await assert.rejects(findDuplicates(few, { ...few, info: infoFor(gray(4, 16), ['a', 'b']) }), {
      kind: 'usage',
    });
  });
});
