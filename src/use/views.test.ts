import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray } from '../../test/dataset-fixture.ts';
import { drawView, viewsOf } from './views.ts';

/** Rows of a picture as text, a dot for black. */
const rows = (pixels: Uint8Array, width: number): string[] =>
  Array.from({ length: pixels.length / width }, (_, y) =>
    Array.from(pixels.subarray(y * width, (y + 1) * width), (value) =>
      value === 0 ? '.' : String(value),
    ).join(''),
  );

test('without flip and shift there is one view; with both, ten', () => {
  assert.deepEqual(viewsOf({ flip: false, shift: 0 }), [{ right: 0, down: 0, mirrored: false }]);
  assert.equal(viewsOf({ flip: true, shift: 0 }).length, 2);
  assert.equal(viewsOf({ flip: false, shift: 2 }).length, 5);
  assert.equal(viewsOf({ flip: true, shift: 1 }).length, 10);
});

test('a view is the picture moved, black coming in, and then mirrored', () => {
  const size = gray(2, 3);
  const images = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const drawn = viewsOf({ flip: true, shift: 1 }).map((view) => rows(drawView(images, size, view), 3));
  assert.deepEqual(drawn, [
    ...[
      ['123', '456'],
      ['.12', '.45'],
      ['23.', '56.'],
      ['...', '123'],
      ['456', '...'],
    ],
    ...[
      ['321', '654'],
      ['21.', '54.'],
      ['.32', '.65'],
      ['...', '321'],
      ['654', '...'],
    ],
  ]);
  const far = viewsOf({ flip: false, shift: 2 }).map((view) => rows(drawView(images, size, view), 3));
  assert.deepEqual(far.slice(1), [
    ['..1', '..4'],
    ['3..', '6..'],
    ['...', '...'],
    ['...', '...'],
  ]);
});

test('pictures side by side do not run into each other', () => {
  const size = gray(2, 2);
  const images = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const view = { right: 1, down: 0, mirrored: false };
  assert.deepEqual(rows(drawView(images, size, view), 2), ['.1', '.3', '.5', '.7']);
});

test('the channels of a color picture move together', () => {
  const size = { height: 1, width: 3, channels: 3 } as const;
  const image = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  const moved = drawView(image, size, { right: 1, down: 0, mirrored: false });
  assert.deepEqual([...moved], [0, 0, 0, 1, 2, 3, 4, 5, 6]);
  const mirrored = drawView(image, size, { right: 0, down: 0, mirrored: true });
  assert.deepEqual([...mirrored], [7, 8, 9, 4, 5, 6, 1, 2, 3]);
});
