import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from 'fast-png';
import type { ImageShape } from '../data/image-shape.ts';
import { drawnSize, imageSource, imageUri, magnitudeSource, signedSource } from './image.ts';
import { diverging, magnitudes } from './theme.ts';

function read(uri: string): ReturnType<typeof decode> {
  const [head, body] = uri.split(',');
  assert.equal(head, 'data:image/png;base64');
  return decode(Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0)));
}

test('grays and colors come back as they were', () => {
  for (const shape of [
    { width: 4, height: 3, channels: 1 },
    { width: 2, height: 5, channels: 3 },
    { width: 1, height: 1, channels: 3 },
  ] as const) {
    const pixels = Uint8Array.from({ length: shape.width * shape.height * shape.channels }, (_, i) => i * 8);
    for (const uri of [imageUri(pixels, shape), imageSource(pixels, shape)(60)]) {
      const { width, height, channels, data } = read(uri);
      assert.deepEqual({ width, height, channels }, shape);
      assert.deepEqual([...data], [...pixels]);
    }
  }
});

test('an image far larger than it is drawn is averaged, each channel by itself', () => {
  const shape: ImageShape = { width: 5, height: 4, channels: 3 };
  const pixels = Uint8Array.from({ length: 60 }, (_, i) => (i % 3) * 100 + Math.floor(i / 3));
  const { width, height, data } = read(imageSource(pixels, shape)(2));
  assert.deepEqual([width, height], [3, 2]);
  // The places 0, 1, 5 and 6; at the right end 4 and 9 alone.
  assert.deepEqual([...data.subarray(0, 3)], [3, 103, 203]);
  assert.deepEqual([...data.subarray(6, 9)], [7, 107, 207]);
  assert.equal(read(imageSource(pixels, shape)(4)).width, 5, 'nearly as large as it is drawn: as it is');
});

test('an image fills its column, unless it is very tall; a line is never too thin to be seen', () => {
  assert.deepEqual(drawnSize({ width: 28, height: 28 }, 60), { width: 60, height: 60 });
  assert.deepEqual(drawnSize({ width: 32, height: 16 }, 60), { width: 60, height: 30 });
  assert.deepEqual(drawnSize({ width: 16, height: 32 }, 60), { width: 45, height: 90 });
  assert.deepEqual(drawnSize({ width: 128, height: 1 }, 60), { width: 60, height: 2 });
  assert.deepEqual(drawnSize({ width: 1, height: 128 }, 60), { width: 2, height: 90 });
});

test('signed values are colored by sign and size, and cut off at the limit', () => {
  const { data, palette } = read(
    signedSource(Float32Array.of(-9, -2, -1, 0, 1, 2), 2, { width: 6, height: 1 })(6),
  );
  const colors = Array.from(data, (index) => palette?.[index]);
  const hex = (index: number): number[] =>
    [1, 3, 5].map((at) => Number.parseInt(diverging[index].slice(at, at + 2), 16));
  assert.deepEqual(colors, [0, 0, 16, 32, 48, 64].map(hex));
});

test('where there is nothing to tell apart, everything is the middle', () => {
  const { data } = read(signedSource(new Float32Array(4), 0, { width: 2, height: 2 })(2));
  assert.deepEqual([...data], [32, 32, 32, 32]);
});

test('magnitudes go from light gray to black, and what is past the limit is black', () => {
  const { data, palette } = read(magnitudeSource(Float32Array.of(0, 1, 2, 9), 2, { width: 4, height: 1 })(4));
  assert.deepEqual([...data], [0, 32, 64, 64]);
  assert.equal(palette?.length, magnitudes.length);
});
