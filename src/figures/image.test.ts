import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from 'fast-png';
import { grayImage, signedImage } from './image.ts';
import { diverging } from './theme.ts';

function read(uri: string): ReturnType<typeof decode> {
  const [head, body] = uri.split(',');
  assert.equal(head, 'data:image/png;base64');
  return decode(Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0)));
}

test('grays come back as they were', () => {
  const pixels = Uint8Array.from({ length: 12 }, (_, i) => i * 23);
  const { width, height, channels, data } = read(grayImage(pixels, { width: 4, height: 3 }));
  assert.deepEqual([width, height, channels], [4, 3, 1]);
  assert.deepEqual([...data], [...pixels]);
});

test('signed values are colored by sign and size, and cut off at the limit', () => {
  const { data, palette } = read(
    signedImage(Float32Array.of(-9, -2, -1, 0, 1, 2), 2, { width: 6, height: 1 }),
  );
  const colors = Array.from(data, (index) => palette?.[index]);
  const hex = (index: number): number[] =>
    [1, 3, 5].map((at) => Number.parseInt(diverging[index].slice(at, at + 2), 16));
  assert.deepEqual(colors, [0, 0, 16, 32, 48, 64].map(hex));
});

test('where there is nothing to tell apart, everything is the middle', () => {
  const { data } = read(signedImage(new Float32Array(4), 0, { width: 2, height: 2 }));
  assert.deepEqual([...data], [32, 32, 32, 32]);
});
