import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { CoutureError } from '../../../core/errors.ts';
import { decodeImage, expandImagePaths } from './images.ts';

const folder = await mkdtemp(join(tmpdir(), 'couture-images-'));
after(() => rm(folder, { recursive: true, force: true }));

/** A gray image: `inside` in the middle third, `outside` around it. */
function square(size: number, inside: number, outside: number): Buffer {
  const pixels = Buffer.alloc(size * size, outside);
  for (let y = Math.ceil(size / 3); y < (size * 2) / 3; y++)
    pixels.fill(inside, y * size + Math.ceil(size / 3), y * size + Math.floor((size * 2) / 3));
  return pixels;
}

const raw = (pixels: Uint8Array, width: number, height: number, channels: 1 | 3 | 4 = 1) =>
  sharp(pixels, { raw: { width, height, channels } }).toColourspace(channels === 1 ? 'b-w' : 'srgb');
const middle = (pixels: Uint8Array): number => pixels[14 * 28 + 14];

test('a gray PNG or lossless WebP of the right size comes through bit for bit', async () => {
  const pixels = Uint8Array.from({ length: 784 }, (_, i) => (i * 7) % 120);
  for (const bytes of [
    await raw(pixels, 28, 28).png().toBuffer(),
    await raw(pixels, 28, 28).webp({ lossless: true }).toBuffer(),
  ]) {
    const decoded = await decodeImage(bytes);
    assert.deepEqual(decoded.pixels, pixels);
    assert.equal(decoded.inverted, false);
  }
});

test('a bright border is inverted, unless told otherwise', async () => {
  const photo = await raw(square(90, 20, 250), 90, 90)
    .jpeg({ quality: 95 })
    .toBuffer();
  const auto = await decodeImage(photo);
  assert.equal(auto.inverted, true);
  assert.ok(middle(auto.pixels) > 220 && auto.pixels[0] < 15);
  const kept = await decodeImage(photo, { invert: 'no' });
  assert.equal(kept.inverted, false);
  assert.ok(middle(kept.pixels) < 35 && kept.pixels[0] > 240);
  const dark = await raw(square(90, 250, 5), 90, 90)
    .png()
    .toBuffer();
  assert.equal((await decodeImage(dark)).inverted, false);
  assert.equal((await decodeImage(dark, { invert: 'yes' })).inverted, true);
});

test('what is transparent becomes background, for dark and for light objects', async () => {
  for (const gray of [15, 240]) {
    const pixels = Buffer.alloc(60 * 60 * 4);
    for (let y = 20; y < 40; y++)
      for (let x = 20; x < 40; x++) pixels.set([gray, gray, gray, 255], (y * 60 + x) * 4);
    const decoded = await decodeImage(await raw(pixels, 60, 60, 4).png().toBuffer());
    assert.equal(decoded.pixels[0], 0);
    assert.ok(middle(decoded.pixels) > 200, `${gray} gave ${middle(decoded.pixels)}`);
    const twoChannels = await raw(pixels, 60, 60, 4).toColourspace('b-w').png().toBuffer();
    assert.equal((await decodeImage(twoChannels)).pixels.length, 784);
  }
});

test('an oblong image is fitted whole, with its own border around, and turned by EXIF', async () => {
  const wide = Buffer.alloc(120 * 30, 40);
  wide.fill(255, 0, 30);
  const fitted = await decodeImage(await raw(wide, 120, 30).png().toBuffer());
  assert.ok(Math.abs(fitted.pixels[0] - 40) <= 1 && Math.abs(fitted.pixels[27 * 28] - 40) <= 1);
  const top = Buffer.alloc(56 * 56);
  top.fill(200, 0, 56 * 28);
  // Orientation 3: to be turned by half a turn.
  const turned = await decodeImage(await raw(top, 56, 56).withMetadata({ orientation: 3 }).png().toBuffer(), {
    invert: 'no',
  });
  assert.ok(turned.pixels[0] < 10 && turned.pixels[783] > 190);
});

test('sixteen bits and colors come down to eight bits of gray', async () => {
  const colors = Buffer.alloc(28 * 28 * 3, 100);
  const deep = await raw(colors, 28, 28, 3).toColourspace('rgb16').png().toBuffer();
  const { pixels } = await decodeImage(deep);
  assert.equal(pixels.length, 784);
  assert.ok(pixels.every((value) => Math.abs(value - 100) <= 1));
});

test('what is no image is a data error that names it', async () => {
  const path = join(folder, 'not-an-image.png');
  await writeFile(path, 'text');
  await assert.rejects(decodeImage(path), { kind: 'data', message: /not-an-image\.png.*not a PNG/ });
  await assert.rejects(decodeImage(join(folder, 'missing.png')), { kind: 'data', message: /missing\.png/ });
  await assert.rejects(decodeImage(folder), { kind: 'data' });
  await assert.rejects(decodeImage(new Uint8Array(), { name: 'nothing' }), {
    kind: 'data',
    message: /nothing/,
  });
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  await assert.rejects(decodeImage(svg), { kind: 'data' });
});

test('a picture of more pixels than the limit is refused before it is unpacked', async () => {
  const huge = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#000' } })
    .png()
    .toBuffer();
  await assert.rejects(decodeImage(huge), {
    kind: 'data',
    message: /more than 50 million pixels: make it smaller/,
  });
});

test('a damaged image is a data error, never a crash', async () => {
  const whole = await raw(square(60, 200, 10), 60, 60)
    .png()
    .toBuffer();
  const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(flips, fc.nat(whole.length), async (changes, length) => {
      const bytes = Uint8Array.from(whole);
      for (const [place, value] of changes) bytes[place] = value;
      try {
        const { pixels } = await decodeImage(bytes.subarray(0, Math.max(length, whole.length - 20)));
        assert.equal(pixels.length, 784);
      } catch (error) {
        assert.ok(error instanceof CoutureError && error.kind === 'data', String(error));
      }
    }),
    { numRuns: 60 },
  );
});

test('folders become their images by name; empty ones are an error', async () => {
  const images = join(folder, 'set');
  await mkdir(images);
  for (const name of ['b.PNG', 'a.jpg', 'notes.txt', 'c.webp']) await writeFile(join(images, name), '');
  assert.deepEqual(await expandImagePaths([images, join(images, 'b.PNG')]), [
    join(images, 'a.jpg'),
    join(images, 'b.PNG'),
    join(images, 'c.webp'),
    join(images, 'b.PNG'),
  ]);
  const empty = join(folder, 'empty');
  await mkdir(empty);
  await assert.rejects(expandImagePaths([empty]), { kind: 'data', message: /holds no images/ });
  await assert.rejects(expandImagePaths([join(folder, 'nowhere')]), {
    kind: 'data',
    message: /no such file/,
  });
});
