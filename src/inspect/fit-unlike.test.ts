import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomStream } from '../core/philox.ts';
import type { ImageShape } from '../data/image-shape.ts';
import { UnlikeScorer, unlikeSchema } from '../use/unlike.ts';
import { fitUnlike } from './fit-unlike.ts';

/** Blobs of varying place and size, light on black. */
function blobs(count: number, { height, width, channels }: ImageShape, seed: number): Uint8Array {
  const random = new RandomStream([seed, 0]);
  const images = new Uint8Array(count * height * width * channels);
  for (let i = 0; i < count; i++) {
    const [x0, y0] = [width * (0.4 + 0.2 * random.nextFloat()), height * (0.4 + 0.2 * random.nextFloat())];
    const radius = width * (0.2 + 0.15 * random.nextFloat());
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const inside = (x - x0) ** 2 + (y - y0) ** 2 < radius ** 2;
        for (let c = 0; c < channels; c++)
          images[((i * height + y) * width + x) * channels + c] = inside
            ? 150 + c * 40 + random.nextBelow(20)
            : 0;
      }
  }
  return images;
}

const noise = (length: number): Uint8Array => {
  const random = new RandomStream([9, 9]);
  return Uint8Array.from({ length }, () => random.nextBelow(256));
};

for (const shape of [
  { height: 28, width: 28, channels: 1 },
  { height: 20, width: 33, channels: 3 },
  { height: 5, width: 4, channels: 1 },
] as const) {
  test(`other images of ${shape.height}x${shape.width}x${shape.channels} are told from those of the set`, () => {
    const size = shape.height * shape.width * shape.channels;
    const description = fitUnlike({ shape, train: blobs(400, shape, 1), validation: blobs(300, shape, 2) });
    // As it comes out of a file.
    const read = unlikeSchema.parse(JSON.parse(JSON.stringify(description)));
    assert.ok(JSON.stringify(read).length < 30_000);
    const scorer = new UnlikeScorer(read);
    const share = (images: Uint8Array): number => {
      const scores = scorer.scores(images, shape);
      return scores.filter((score) => score > scorer.limit).length / scores.length;
    };
    assert.ok(share(blobs(300, shape, 2)) <= 0.02, 'the validation images themselves');
    assert.ok(share(blobs(500, shape, 3)) < 0.06, `new images of the set: ${share(blobs(500, shape, 3))}`);
    assert.equal(share(noise(size * 50)), 1);
    assert.equal(share(new Uint8Array(size).fill(255)), 1);
    const inverted = blobs(50, shape, 4).map((value) => 255 - value);
    assert.ok(share(inverted) > 0.9);
    assert.deepEqual(
      fitUnlike({ shape, train: blobs(400, shape, 1), validation: blobs(300, shape, 2) }),
      description,
    );
  });
}

test('a damaged description, other channels and too few images are refused', () => {
  const shape: ImageShape = { height: 8, width: 8, channels: 1 };
  const train = blobs(60, shape, 1);
  const description = fitUnlike({ shape, train, validation: train });
  assert.throws(() => new UnlikeScorer({ ...description, mean: 'AAAA' }), {
    kind: 'data',
    message: /do not match/,
  });
  assert.throws(() => new UnlikeScorer({ ...description, mean: '?' }), { kind: 'data', message: /base64/ });
  assert.throws(() => new UnlikeScorer(description, 0.3), { kind: 'usage', message: /0\.05, 0\.02, 0\.01/ });
  const scorer = new UnlikeScorer(description);
  assert.throws(() => scorer.scores(new Uint8Array(192), { ...shape, channels: 3 }), { kind: 'usage' });
  assert.throws(() => scorer.scores(new Uint8Array(65), shape), { kind: 'usage' });
  assert.throws(() => fitUnlike({ shape, train: blobs(10, shape, 1), validation: train }), {
    message: /50 training/,
  });
});
