import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ArraysOptions, datasetFromArrays } from './from-arrays.ts';

const shape = { height: 2, width: 2 };
const bytes = Uint8Array.of(0, 51, 102, 255, 1, 2, 3, 4);
const labels = ['shoe', 'hat'];
const floats = [0, 0.2, 0.4, 1];
const rest = [1, 2, 3, 4].map((value) => value / 255);

test('every way to hold the same pixels makes the same bytes', () => {
  const all = [...floats, ...rest];
  const ways: ArraysOptions['images'][] = [
    bytes,
    new Uint8ClampedArray(bytes),
    Float32Array.from(all),
    Float64Array.from(all),
    all,
    [bytes.subarray(0, 4), bytes.subarray(4)],
    [floats, rest],
    [Float64Array.from(floats), new Uint8ClampedArray(bytes.subarray(4))],
  ];
  for (const images of ways) {
    const dataset = datasetFromArrays({ images, labels, shape });
    assert.deepEqual([...dataset.images], [...bytes]);
    assert.deepEqual([dataset.length, dataset.split, dataset.info.shape.channels], [2, 'train', 1]);
    assert.deepEqual(dataset.info.classNames, ['hat', 'shoe']);
    assert.deepEqual([...dataset.labels], [1, 0]);
  }
});

test('the arrays are copied', () => {
  const images = Uint8Array.from(bytes);
  const dataset = datasetFromArrays({ images, labels, shape });
  images.fill(9);
  assert.deepEqual([...dataset.images], [...bytes]);
});

test('labels are numbers or names, with class names or without', () => {
  const made = (own: ArraysOptions['labels'], classNames?: string[]) => {
    const dataset = datasetFromArrays({ images: bytes, labels: own, shape, classNames });
    return [dataset.info.classNames, [...dataset.labels]];
  };
  assert.deepEqual(made([2, 0]), [
    ['0', '1', '2'],
    [2, 0],
  ]);
  assert.deepEqual(made(Float64Array.of(1, 0), ['a', 'b']), [
    ['a', 'b'],
    [1, 0],
  ]);
  assert.deepEqual(made(['10', '9']), [
    ['9', '10'],
    [1, 0],
  ]);
  assert.deepEqual(made(['b', 'a'], ['b', 'c', 'a']), [
    ['b', 'c', 'a'],
    [0, 2],
  ]);
});

test('what the data set says of its pictures and its numbers is what was asked for', () => {
  const { preprocessing, shape: own } = datasetFromArrays({
    images: new Uint8Array(24),
    labels: [0, 1],
    shape: { ...shape, channels: 3 },
    picture: { trim: true },
    scaling: { offset: [0, 0, 0], scale: [1, 1, 1] },
    name: 'drawn',
  }).info;
  assert.equal(own.channels, 3);
  assert.equal(preprocessing.picture.trim, true);
  assert.equal(preprocessing.picture.fit, 'pad');
  assert.deepEqual(preprocessing.pixels.scale, [1, 1, 1]);
});

test('what is meant in no way is refused in a sentence', () => {
  const base = { images: bytes, labels, shape };
  const wrong: [unknown, RegExp][] = [
    [undefined, /request must be an object of options, not undefined/],
    [{ ...base, images: 'pixels' }, /request\.images must be an array of pixels or .* not the string/],
    [{ ...base, images: Int16Array.of(1) }, /request\.images must be .* Int16Array/],
    [{ ...base, images: [0, 300, 0, 0, 0, 0, 0, 0] }, /pixel 1 is the number 300, not a number from 0 to 1/],
    [{ ...base, images: [0, Number.NaN, 0, 0, 0, 0, 0, 0] }, /pixel 1 is the number NaN/],
    [{ ...base, images: [floats, 'x'] }, /images\[1\] is the string "x", which is not an array of pixels/],
    [{ ...base, images: [floats, [0, 0]] }, /images\[1\] has 2 values, but an image of 2x2 gray has 4/],
    [{ ...base, images: bytes.subarray(1) }, /7 values, but 2 labels and a shape of 2x2 gray need 8/],
    [{ ...base, images: [] }, /images has 0 images, but there are 2 labels/],
    [{ ...base, images: [], labels: [] }, /there are no images/],
    [{ ...base, labels: 'ab' }, /request\.labels must be an array of class numbers/],
    [{ ...base, labels: [0, -1] }, /labels\[1\] is the number -1, not a class number from 0 to 999/],
    [{ ...base, labels: [0, 2], classNames: ['a', 'b'] }, /labels\[1\] is the number 2, .* from 0 to 1/],
    [{ ...base, labels: ['hat', 'sho'], classNames: ['hat', 'shoe'] }, /labels\[1\] is the string "sho"/],
    [{ ...base, labels: [0, 0] }, /classNames/],
    [{ ...base, shape: { height: 2, width: 2, channels: 4 } }, /shape\.channels/],
    [{ ...base, shape: { height: 2000, width: 2 } }, /shape\.height/],
    [{ ...base, shape: [2, 2] }, /request\.shape must be a shape such as/],
    [{ ...base, classes: ['a', 'b'] }, /request has no "classes": it may have .*classNames/],
  ];
  for (const [request, message] of wrong)
    assert.throws(() => datasetFromArrays(request as ArraysOptions), { name: 'CoutureError', message });
});
