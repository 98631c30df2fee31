import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { placeLabels, scaleBetween } from './labels.ts';
import { textWidth } from './text.ts';

const bounds = { size: 12, left: 40, right: 600, top: 20, bottom: 500 };

test('labels end up inside, and off each other', () => {
  const place = fc.record({
    text: fc.constantFrom('Coat', 'Ankle boot', 'T-shirt/top'),
    x: fc.double({ min: 0, max: 640, noNaN: true }),
    y: fc.double({ min: 0, max: 520, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(place, { maxLength: 10 }), (labels) => {
      const placed = placeLabels(labels, bounds);
      const half = (text: string): number => textWidth(text, 12, { bold: true }) / 2;
      assert.deepEqual(
        placed.map(({ text }) => text),
        labels.map(({ text }) => text),
      );
      placed.forEach((label, i) => {
        assert.ok(label.x - half(label.text) >= 40 && label.x + half(label.text) <= 600);
        assert.ok(label.y >= 26 && label.y <= 494);
        for (const other of placed.slice(i + 1)) {
          const apart = Math.abs(label.x - other.x) >= half(label.text) + half(other.text);
          assert.ok(apart || Math.abs(label.y - other.y) >= 12, `${label.text} covers ${other.text}`);
        }
      });
    }),
  );
});

test('a label with room stays where it is, a crowded one says that it was moved', () => {
  const [first, second] = placeLabels(
    [
      { text: 'Coat', x: 300, y: 200 },
      { text: 'Shirt', x: 301, y: 201 },
    ],
    bounds,
  );
  assert.deepEqual([first.x, first.y, first.moved], [300, 200, false]);
  assert.equal(second.moved, true);
  assert.ok(Math.hypot(second.x - 301, second.y - 201) < 60);
});

test('a label for which there is no room is left out', () => {
  const small = { size: 12, left: 0, right: 100, top: 0, bottom: 60 };
  const labels = ['one', 'two', 'a long name', 'four', 'five', 'six', 'seven', 'eight'].map((text) => ({
    text,
    x: 50,
    y: 30,
  }));
  const placed = placeLabels(labels, small);
  assert.deepEqual([placed[0].text, placed[0].moved], ['one', false]);
  assert.ok(placed.length > 1 && placed.length < 8, `${placed.length}`);
  for (const { text, index } of placed) assert.equal(text, labels[index].text);
});

test('a scale goes to pixels and back', () => {
  const scale = scaleBetween([3, -1, 7], 100, 20);
  assert.deepEqual(scale.domain, [-1, 7]);
  assert.equal(scale.to(-1), 100);
  assert.equal(scale.to(7), 20);
  assert.equal(scale.from(scale.to(3)), 3);
  assert.equal(scaleBetween([5, 5], 0, 10).to(5), 0);
});
