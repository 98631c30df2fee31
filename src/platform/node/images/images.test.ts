import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { CoutureError } from '../../../core/errors.ts';
import { plainSteps } from '../../../data/preprocessing.ts';
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
    const { pixels: seen, facts } = await decodeImage(bytes);
    assert.deepEqual([...seen], [...pixels]);
    assert.equal(facts.inverted, false);
  }
});

test('the colors of a PNG come through bit for bit, whatever profile it names', async () => {
  const colors = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 11) % 256);
  const shape = { height: 32, width: 32, channels: 3 } as const;
  const plain = await raw(colors, 32, 32, 3).png().toBuffer();
  const options = { shape, steps: plainSteps };
  assert.deepEqual([...(await decodeImage(plain, options)).pixels], [...colors]);
  // Pixels are taken as they are stored, as a page does with `colorSpaceConversion: 'none'`.
  const wide = await raw(colors, 32, 32, 3).withIccProfile('p3').png().toBuffer();
  const { data } = await sharp(wide, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
  assert.notDeepEqual([...data], [...colors]);
  assert.deepEqual([...(await decodeImage(wide, options)).pixels], [...data]);
});

test('an image that is mostly bright is inverted, unless told otherwise', async () => {
  const photo = await raw(square(90, 20, 250), 90, 90)
    .jpeg({ quality: 95 })
    .toBuffer();
  const auto = await decodeImage(photo);
  assert.equal(auto.facts.inverted, true);
  assert.ok(middle(auto.pixels) > 220);
  const kept = await decodeImage(photo, { steps: plainSteps });
  assert.equal(kept.facts.inverted, false);
  assert.ok(middle(kept.pixels) < 35 && kept.pixels[0] > 240);
});

test('photographs are turned by EXIF in every format', async () => {
  const top = Buffer.alloc(56 * 56);
  top.fill(200, 0, 56 * 28);
  // Orientation 3: to be turned by half a turn.
  const image = () => raw(top, 56, 56).withMetadata({ orientation: 3 });
  for (const bytes of [
    await image().png().toBuffer(),
    await image().jpeg({ quality: 95 }).toBuffer(),
    await image().webp({ lossless: true }).toBuffer(),
  ]) {
    const { pixels } = await decodeImage(bytes, { steps: plainSteps });
    assert.ok(pixels[0] < 10 && pixels[783] > 190);
  }
});

test('sixteen bits, palettes, CMYK and gray with transparency become eight bits of gray', async () => {
  const colors = Buffer.alloc(28 * 28 * 3, 100);
  const files = [
    await raw(colors, 28, 28, 3).toColourspace('rgb16').png().toBuffer(),
    await raw(colors, 28, 28, 3).png({ palette: true }).toBuffer(),
    await raw(colors, 28, 28, 3).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
  ];
  for (const bytes of files) {
    const { pixels } = await decodeImage(bytes, { steps: plainSteps });
    assert.equal(pixels.length, 784);
    assert.ok(pixels.every((value) => Math.abs(value - pixels[0]) <= 1));
  }
  const half = Buffer.alloc(28 * 28 * 4, 100);
  const twoChannels = await raw(half, 28, 28, 4).toColourspace('b-w').png().toBuffer();
  const { pixels, facts } = await decodeImage(twoChannels, { steps: { ...plainSteps, ground: [0, 0, 0] } });
  assert.deepEqual(facts.ground, [0, 0, 0]);
  assert.ok(Math.abs(pixels[400] - (100 * 100) / 255) <= 1, String(pixels[400]));
});

test('what is no image is a data error that names the file and what it is', async () => {
  const path = join(folder, 'not-an-image.png');
  await writeFile(path, 'text');
  await assert.rejects(decodeImage(path), {
    kind: 'data',
    message: /not-an-image\.png: it is text, not PNG/,
  });
  await assert.rejects(decodeImage(join(folder, 'missing.png')), { kind: 'data', message: /missing\.png/ });
  await assert.rejects(decodeImage(folder), { kind: 'data', message: /not a file/ });
  await assert.rejects(decodeImage(new Uint8Array(), { name: 'nothing' }), {
    kind: 'data',
    message: /nothing: it is empty/,
  });
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  await assert.rejects(decodeImage(svg), { kind: 'data', message: /an SVG drawing/, hint: /save it as PNG/ });
  const page = Buffer.from('<!doctype html><title>Not found</title>');
  await assert.rejects(decodeImage(page), { kind: 'data', message: /a web page/, hint: undefined });
});

test('a pipe is refused at once, and not waited for', async () => {
  const path = join(folder, 'pipe.png');
  execFileSync('mkfifo', [path]);
  await assert.rejects(decodeImage(path), { kind: 'data', message: /pipe\.png is not a file/ });
});

test('a picture of more pixels than the limit, or of an overlong side, is refused by its head', async () => {
  const huge = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#000' } })
    .png()
    .toBuffer();
  await assert.rejects(decodeImage(huge), {
    kind: 'data',
    message: /9,000 x 9,000 pixels, more than 50 million pixels, the limit: make it smaller/,
  });
  // The head alone: nothing behind it is read.
  const sides = (width: number, height: number): Uint8Array => {
    const bytes = Uint8Array.from(huge.subarray(0, 60));
    new DataView(bytes.buffer).setUint32(16, width);
    new DataView(bytes.buffer).setUint32(20, height);
    return bytes;
  };
  await assert.rejects(decodeImage(sides(1, 49_000_000)), { message: /1 x 49,000,000 pixels, but a side/ });
  await assert.rejects(decodeImage(sides(0, 10)), { message: /0 x 10 pixels, which is empty/ });
});

test('a JPEG with stray bytes between its segments is read, one that ends early is refused', async () => {
  const jpeg = await raw(square(90, 20, 250), 90, 90)
    .jpeg({ quality: 90 })
    .toBuffer();
  const expected = (await decodeImage(jpeg)).pixels;
  // "Corrupt JPEG data: 3 extraneous bytes before marker", as some cameras write.
  const second = 4 + jpeg.readUInt16BE(4);
  const stray = Buffer.concat([jpeg.subarray(0, second), Buffer.from([1, 2, 3]), jpeg.subarray(second)]);
  await assert.rejects(sharp(stray, { failOn: 'warning' }).raw().toBuffer(), /extraneous bytes/);
  assert.deepEqual((await decodeImage(stray)).pixels, expected);
  // More data behind the end of the image, as in photographs with a film in them.
  assert.deepEqual((await decodeImage(Buffer.concat([jpeg, Buffer.alloc(500, 7)]))).pixels, expected);
  for (const length of [jpeg.length - 200, Math.round(jpeg.length / 2), 30])
    await assert.rejects(decodeImage(jpeg.subarray(0, length)), {
      kind: 'data',
      message: /damaged|truncated/,
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

test("a Mac's hidden companions of pictures are passed over", async () => {
  const images = join(folder, 'mac');
  await mkdir(images);
  for (const name of ['shoe.jpg', '._shoe.jpg', '.hidden.png']) await writeFile(join(images, name), '');
  assert.deepEqual(await expandImagePaths([images]), [join(images, 'shoe.jpg')]);
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
