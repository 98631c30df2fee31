import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fork, keyFromSeed } from '../core/philox.ts';
import { mixImage } from '../engine/reference/augment.ts';
import { drawAugmentation, RECORD } from './augment.ts';
import { drawMix, type Mix, type MixOptions, mixes } from './mix.ts';

const key = fork(keyFromSeed(1), 'augment');
const size = { height: 28, width: 20 };
const PIXELS = 560;

/** Draws of 100 batches of 60 rows. */
function draws(options: MixOptions): (Mix | undefined)[] {
  return Array.from({ length: 6000 }, (_, i) => drawMix(options, key, i % 60, Math.floor(i / 60), 60, size));
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test('images are mixed as often as asked, in one way each', () => {
  assert.equal(mixes({ mixup: 0, cutmix: 0 }), false);
  assert.ok(draws({ mixup: 0, cutmix: 0 }).every((mix) => mix === undefined));
  assert.ok(draws({ mixup: 0.25, cutmix: 0.75 }).every((mix) => mix !== undefined));
  const mixed = draws({ mixup: 0.2, cutmix: 0.3 }).filter((mix) => mix !== undefined);
  const blended = mixed.filter(({ right, bottom, left, top }) => (right - left) * (bottom - top) === PIXELS);
  // Of 6,000: 3,000 with a standard deviation of 39, and 1,200 with one of 31; few rectangles fill the image.
  assert.ok(Math.abs(mixed.length - 3000) < 160, String(mixed.length));
  assert.ok(Math.abs(blended.length - 1200) < 130, String(blended.length));
});

test('a batch of one image has nothing to mix', () => {
  assert.equal(drawMix({ mixup: 1, cutmix: 0 }, key, 0, 0, 1, size), undefined);
  assert.equal(drawMix({ mixup: 1, cutmix: 0 }, key, 0, 0, 2, size)?.partner, 1);
  assert.equal(drawMix({ mixup: 1, cutmix: 0 }, key, 1, 0, 2, size)?.partner, 0);
});

test('the partner is another row of the batch, each as likely', () => {
  const counts = new Array<number>(60).fill(0);
  draws({ mixup: 0.5, cutmix: 0.5 }).forEach((mix, i) => {
    assert.ok(mix && mix.partner !== i % 60 && mix.partner >= 0 && mix.partner < 60);
    counts[(mix.partner - (i % 60) + 60) % 60] += 1;
  });
  assert.equal(counts[0], 0);
  // 102 each on average, with a standard deviation of 10.
  for (const count of counts.slice(1)) assert.ok(count > 55 && count < 150, String(counts));
});

test('the share of mixup is uniform, and that of its target', () => {
  const all = draws({ mixup: 1, cutmix: 0 }).filter((mix) => mix !== undefined);
  assert.ok(all.every(({ weight, own }) => own === weight / 256 && weight >= 0 && weight <= 256));
  const shares = all.map(({ own }) => own);
  assert.ok(Math.abs(mean(shares) - 1 / 2) < 0.015, String(mean(shares)));
  assert.ok(Math.abs(mean(shares.map((share) => (share - 0.5) ** 2)) - 1 / 12) < 0.005);
});

test('a rectangle of cutmix has the area drawn, less what sticks out, and its share is that of its pixels', () => {
  const all = draws({ mixup: 0, cutmix: 1 }).filter((mix) => mix !== undefined);
  const whole: number[] = [];
  for (const { left, top, right, bottom, weight, own } of all) {
    assert.ok(left >= 0 && top >= 0 && left <= right && top <= bottom && right <= 20 && bottom <= 28);
    const area = (right - left) * (bottom - top);
    assert.equal(own, Math.fround(1 - area / PIXELS));
    assert.equal(weight, 0);
    if (left > 0 && top > 0 && right < 20 && bottom < 28) {
      whole.push(area);
      // The image's proportions, but for rounding.
      assert.ok(Math.abs((right - left) / 20 - (bottom - top) / 28) <= 0.5 / 20 + 0.5 / 28 + 1e-9);
    }
  }
  assert.ok(whole.length > 500);
  // With sides of u times the image's, u² uniform and the middle anywhere, E(own) = 1 - E((u - u² / 4)²) = 1 - 77/240.
  const share = mean(all.map(({ own }) => own));
  assert.ok(Math.abs(share - (1 - 77 / 240)) < 0.02, String(share));
});

test('mixing leaves the draws of augmentation alone, and is drawn apart from them', () => {
  const options = { flip: true, shift: 2, rotate: 0, zoom: 0, shear: 0, elastic: 0, erase: 0 };
  const record = new Int32Array(RECORD);
  let together = 0;
  for (let step = 0; step < 2000; step++) {
    drawAugmentation(options, key, 3, step, size, record);
    const mixed = drawMix({ mixup: 0.5, cutmix: 0 }, key, 3, step, 60, size) !== undefined;
    if (mixed === record[0] < 0) together += 1;
  }
  // 1,000 with a standard deviation of 22: one does not tell of the other.
  assert.ok(Math.abs(together - 1000) < 110, String(together));
});

test('pixels are mixed within the rectangle only, by their shares', () => {
  const [image, partner] = [new Uint8Array(12).fill(200), new Uint8Array(12).fill(101)];
  const mix = { partner: 1, left: 1, top: 1, right: 3, bottom: 2, weight: 64, own: 1 };
  mixImage(image, partner, 4, mix);
  // 200 / 4 + 101 * 3 / 4 = 125.75.
  assert.deepEqual([...image], [200, 200, 200, 200, 200, 126, 126, 200, 200, 200, 200, 200]);
  mixImage(image, partner, 4, { ...mix, weight: 0 });
  assert.deepEqual([...image.subarray(4, 8)], [200, 101, 101, 200]);
});
