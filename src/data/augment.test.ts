import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fork, keyFromSeed, RandomStream } from '../core/philox.ts';
import { augmentImage } from '../engine/reference/augment.ts';
import { type AugmentOptions, augments, drawAugmentation, RECORD } from './augment.ts';

const none: AugmentOptions = {
  flip: false,
  shift: 0,
  rotate: 0,
  zoom: 0,
  shear: 0,
  elastic: 0,
  erase: 0,
};
const key = fork(keyFromSeed(1), 'augment');
const size = { height: 9, width: 6 };
const random = new RandomStream(keyFromSeed(2));
const source = Uint8Array.from({ length: 54 }, () => 1 + random.nextBelow(255));

/** What the options make of the source at some place and step, and its record. */
function draw(options: Partial<AugmentOptions>, place = 0, step = 0) {
  const record = new Int32Array(RECORD);
  drawAugmentation({ ...none, ...options }, key, place, step, size, record);
  const pixels = new Uint8Array(54);
  augmentImage(source, record, size.height, size.width, pixels);
  return { record, pixels };
}

/** The source, mirrored or not, moved by whole pixels. */
function moved(mirrored: boolean, right: number, down: number): Uint8Array {
  return Uint8Array.from({ length: 54 }, (_, i) => {
    const [x, y] = [(i % 6) - right, Math.floor(i / 6) - down];
    if (x < 0 || x > 5 || y < 0 || y > 8) return 0;
    return source[y * 6 + (mirrored ? 5 - x : x)];
  });
}

test('without options an image stays as it is, to the byte', () => {
  assert.equal(augments(none), false);
  assert.deepEqual(draw({}).pixels, source);
});

test('flips and shifts move whole pixels, and every one of them comes about as often', () => {
  const counts = new Map<string, number>();
  const expected = new Map<string, string>();
  for (const mirrored of [false, true])
    for (let right = -1; right <= 1; right++)
      for (let down = -1; down <= 1; down++)
        expected.set(moved(mirrored, right, down).join(), `${mirrored} ${right} ${down}`);
  for (let i = 0; i < 3600; i++) {
    const found = expected.get(draw({ flip: true, shift: 1 }, i % 60, Math.floor(i / 60)).pixels.join());
    assert.ok(found !== undefined, 'a copy of the pixels');
    counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  assert.equal(counts.size, 18);
  // 200 each on average, with a standard deviation of 14.
  for (const [what, count] of counts) assert.ok(count > 140 && count < 260, `${what}: ${count}`);
});

test('a rotation keeps to its angle and changes no size', () => {
  const quarter = { rotate: 90 };
  let steepest = 0;
  for (let step = 0; step < 500; step++) {
    const { record } = draw(quarter, 0, step);
    // The linear part is a rotation: its determinant is 1.
    const [a, b, , c, d] = Array.from(record, (value) => value / 65_536);
    assert.ok(Math.abs(a * d - b * c - 1) < 1e-4);
    steepest = Math.max(steepest, Math.abs(Math.asin(Math.max(-1, Math.min(1, c)))));
  }
  assert.ok(steepest > 1.5 && steepest <= Math.PI / 2 + 1e-4, String(steepest));
});

test('zoom keeps to its share, about the middle', () => {
  for (let step = 0; step < 200; step++) {
    const { record } = draw({ zoom: 0.25 }, 3, step);
    const scale = record[0] / 65_536;
    assert.ok(scale >= 1 / 1.25 - 1e-4 && scale <= 1 / 0.75 + 1e-4, String(scale));
    const middle = (record[0] * 2.5 + record[2]) / 65_536;
    assert.ok(Math.abs(middle - 2.5) < 1e-4, 'the middle stays');
  }
});

test('shear leans upright lines to its angle and leaves level ones level', () => {
  let [left, right] = [0, 0];
  for (let step = 0; step < 500; step++) {
    const { record } = draw({ shear: 45 }, 2, step);
    assert.deepEqual([record[0], record[3], record[4]], [65_536, 0, 65_536]);
    const degrees = (Math.atan(record[1] / 65_536) * 180) / Math.PI;
    [left, right] = [Math.min(left, degrees), Math.max(right, degrees)];
    const middle = (record[1] * 4 + record[2] + record[0] * 2.5) / 65_536;
    assert.ok(Math.abs(middle - 2.5) < 1e-4, 'the middle stays');
  }
  assert.ok(left >= -45.001 && left < -44 && right <= 45.001 && right > 44, `${left} to ${right}`);
});

test('an elastic grid pulls its points to within its pixels, and what lies between them evenly', () => {
  const large = { height: 30, width: 36 };
  // Brightness is the column, or the row: what comes out says where a pixel came from.
  const columns = Uint8Array.from({ length: 1080 }, (_, i) => 100 + (i % 36));
  const rows = Uint8Array.from({ length: 1080 }, (_, i) => 100 + Math.floor(i / 36));
  const [across, down] = [new Uint8Array(1080), new Uint8Array(1080)];
  const record = new Int32Array(RECORD);
  let furthest = 0;
  for (let step = 0; step < 50; step++) {
    drawAugmentation({ ...none, elastic: 2 }, key, 1, step, large, record);
    assert.deepEqual([record[10], record[11]], [12, 10]);
    for (const word of record.subarray(12)) furthest = Math.max(furthest, Math.abs(word / 65_536));
    augmentImage(columns, record, 30, 36, across);
    augmentImage(rows, record, 30, 36, down);
    for (const [j, i] of [
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ]) {
      // In the corner of a cell, its point alone counts; half a cell to the right, half of each.
      const at = j * 10 * 36 + i * 12;
      const [here, next] = [12 + 2 * (j * 4 + i), 12 + 2 * (j * 4 + i + 1)];
      assert.ok(Math.abs(across[at] - 100 - i * 12 - record[here] / 65_536) <= 0.51);
      assert.ok(Math.abs(down[at] - 100 - j * 10 - record[here + 1] / 65_536) <= 0.51);
      const mean = (record[here] + record[next]) / 2 / 65_536;
      if (i === 1) assert.ok(Math.abs(across[at + 6] - 100 - 18 - mean) <= 0.51);
    }
  }
  assert.ok(furthest > 1.95 && furthest <= 2, String(furthest));
});

test('one kind of change does not alter another’s draws', () => {
  const [alone, together] = [new Int32Array(RECORD), new Int32Array(RECORD)];
  const wanted = { ...none, flip: true, shift: 2, rotate: 15, zoom: 0.1, erase: 1 };
  drawAugmentation(wanted, key, 4, 9, size, alone);
  drawAugmentation({ ...wanted, elastic: 1 }, key, 4, 9, size, together);
  assert.deepEqual(together.subarray(0, 10), alone.subarray(0, 10));
  assert.ok(together.subarray(10).some((word) => word !== 0));
});

test('a rectangle is erased as often as asked, within its limits', () => {
  let erased = 0;
  const large = { height: 40, width: 50 };
  for (let step = 0; step < 2000; step++) {
    const record = new Int32Array(RECORD);
    drawAugmentation({ ...none, erase: 0.3 }, key, 0, step, large, record);
    const [left, top, right, bottom] = record.subarray(6, 10);
    if (right === 0) continue;
    erased += 1;
    const share = ((right - left) * (bottom - top)) / 2000;
    assert.ok(left >= 0 && top >= 0 && right <= 50 && bottom <= 40);
    assert.ok(share > 0.015 && share < 0.35, String(share));
  }
  assert.ok(Math.abs(erased / 2000 - 0.3) < 0.04, String(erased));
  const { record, pixels } = draw({ erase: 1 });
  pixels.forEach((value, i) => {
    const [x, y] = [i % 6, Math.floor(i / 6)];
    const inside = x >= record[6] && x < record[8] && y >= record[7] && y < record[9];
    assert.equal(value, inside ? 0 : source[i]);
  });
});
