import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameImages, unlikeText } from './checksums.ts';
import { datasetFromArrays } from './from-arrays.ts';

const made = async (side: number, seed: number) => {
  const images = Array.from({ length: 6 }, (_, i) =>
    Uint8Array.from({ length: side * side }, (_, k) => (k * seed + i) % 251),
  );
  const labels = images.map((_, i) => ['a', 'b'][i % 2]);
  const { info } = datasetFromArrays({ images, labels, shape: { height: side, width: side } });
  const split = { length: 6, imagesSha256: String(seed), labelsSha256: String(side) };
  return { ...info, name: 'photos', splits: { train: split, test: split } };
};

test('two data sets of one name are told apart by their shape, or said to have other images', async () => {
  const [small, large, other] = [await made(4, 3), await made(6, 3), await made(4, 5)];
  for (const set of [large, other]) assert.equal(sameImages(small, set), false);
  assert.equal(
    unlikeText(small, large),
    'photos: 6 training and 6 test images of 4x4 gray in 2 classes; photos: 6 training and 6 test images of 6x6 gray in 2 classes',
  );
  assert.match(unlikeText(small, other), /in 2 classes, but not the same images$/);
});
