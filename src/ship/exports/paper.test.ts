import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitUnlike } from '../../inspect/fit-unlike.ts';
import { paperOf } from './paper.ts';

/** Images of 8x8 with this border and noise in the middle. */
function describe(border: readonly number[]) {
  const channels = border.length as 1 | 3;
  const shape = { height: 8, width: 8, channels };
  const images = Array.from({ length: 80 }, (_, i) =>
    Uint8Array.from({ length: 64 * channels }, (_, k) => {
      const [x, y] = [Math.floor(k / channels) % 8, Math.floor(k / channels / 8)];
      const inside = x > 0 && x < 7 && y > 0 && y < 7;
      return inside ? (Math.imul(i * 192 + k + 1, 2654435761) >>> 24) & 0xff : border[k % channels];
    }),
  );
  const all = Uint8Array.from(images.flatMap((image) => [...image]));
  return fitUnlike({ shape, train: all, validation: all });
}

test('the paper has the color of a light border, and dark borders have none', () => {
  assert.deepEqual(paperOf(describe([230])), [230, 230, 230]);
  assert.deepEqual(paperOf(describe([240, 220, 180])), [240, 220, 180]);
  assert.equal(paperOf(describe([20])), null);
  assert.equal(paperOf(describe([255, 60, 60])), null, 'a dark red');
  assert.equal(paperOf(undefined), null);
});
