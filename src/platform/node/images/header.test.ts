/** The heads of images as sharp writes them, held against what sharp reads from them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { readImageHeader, withoutOrientation } from '../../../data/image-header.ts';

const picture = (width: number, height: number, alpha = false) =>
  sharp({
    create: { width, height, channels: alpha ? 4 : 3, background: { r: 9, g: 80, b: 200, alpha: 0.5 } },
  });

test('format, sides and orientation of PNG, JPEG and WebP', async () => {
  for (const [width, height] of [
    [1, 1],
    [640, 480],
    [300, 1000],
  ]) {
    for (const orientation of [undefined, 1, 3, 6, 8]) {
      const turned = (image: Sharp) =>
        orientation === undefined ? image : image.withMetadata({ orientation });
      const files: readonly [string, Uint8Array][] = [
        ['png', await turned(picture(width, height)).png().toBuffer()],
        ['jpeg', await turned(picture(width, height)).jpeg().toBuffer()],
        ['jpeg', await turned(picture(width, height)).jpeg({ progressive: true }).toBuffer()],
        ['webp', await turned(picture(width, height)).webp().toBuffer()],
        ['webp', await turned(picture(width, height)).webp({ lossless: true }).toBuffer()],
        [
          'webp',
          await turned(picture(width, height, true))
            .webp()
            .toBuffer(),
        ],
      ];
      for (const [format, bytes] of files) {
        const header = readImageHeader(bytes)!;
        const { orientationAt, ...rest } = header;
        assert.deepEqual(rest, { format, width, height, orientation: orientation ?? 1 });
        assert.equal(orientationAt === undefined, rest.orientation === 1);
        const taken = readImageHeader(withoutOrientation(bytes, header));
        assert.deepEqual(taken, { format, width, height, orientation: 1 });
        // As part of a larger array: offsets count from the view's start.
        const longer = new Uint8Array(bytes.length + 3);
        longer.set(bytes, 3);
        assert.deepEqual(readImageHeader(longer.subarray(3)), header);
      }
    }
  }
});

test('what is cut off or damaged gives sides or undefined, and never throws', async () => {
  const files = [
    await picture(40, 30).withMetadata({ orientation: 6 }).png().toBuffer(),
    await picture(40, 30).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    await picture(40, 30, true).withMetadata({ orientation: 6 }).webp().toBuffer(),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.nat(400),
      fc.array(fc.tuple(fc.nat(300), fc.nat(255))),
      (file, length, changes) => {
        const bytes = Uint8Array.from(file);
        for (const [place, value] of changes) bytes[place % bytes.length] = value;
        const header = readImageHeader(bytes.subarray(0, length));
        if (header !== undefined) assert.ok(header.orientation >= 1 && header.orientation <= 8);
      },
    ),
    { numRuns: 500 },
  );
});
