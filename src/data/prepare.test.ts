import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CoutureError } from '../core/errors.ts';
import { RandomStream } from '../core/philox.ts';
import type { ImageShape } from './image-shape.ts';
import { type Picture, prepareImage } from './prepare.ts';
import { objectSteps, type PictureSteps, plainSteps } from './preprocessing.ts';

const gray28: ImageShape = { height: 28, width: 28, channels: 1 };
const color16: ImageShape = { height: 16, width: 16, channels: 3 };

type Paint = (x: number, y: number) => readonly [number, number, number, number?];

function picture(width: number, height: number, paint: Paint): Picture {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [r, g, b, a = 255] = paint(x, y);
      data.set([r, g, b, a], (y * width + x) * 4);
    }
  return { data, width, height };
}

const flat = (value: number): readonly [number, number, number] => [value, value, value];

/** The rectangle of pixels above half of the brightest. */
function extent(pixels: Uint8Array, size = 28): [left: number, top: number, right: number, bottom: number] {
  const limit = Math.max(...pixels) / 2;
  const places = [...pixels.keys()].filter((i) => pixels[i] > limit);
  const xs = places.map((i) => i % size);
  const ys = places.map((i) => Math.floor(i / size));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

test('an opaque picture of the right size comes out byte for byte, gray or color', () => {
  const random = new RandomStream([1, 2]);
  const values = Uint8Array.from({ length: 784 }, () => random.nextBelow(256));
  // The border of an image of the training set: mostly dark.
  const image = picture(28, 28, (x, y) =>
    flat(x === 0 || y === 0 || x === 27 || y === 27 ? 11 : values[y * 28 + x]),
  );
  const { pixels, facts } = prepareImage(image, gray28, objectSteps);
  assert.deepEqual(
    [...pixels],
    [...pixels.keys()].map((i) => image.data[i * 4]),
  );
  assert.deepEqual(
    [facts.inverted, facts.crop, facts.ground, facts.nothingFound],
    [false, null, null, false],
  );

  const colors = picture(16, 16, (x, y) => [x * 16, y * 16, (x * y) % 256]);
  const kept = prepareImage(colors, color16, plainSteps).pixels;
  assert.deepEqual(
    [...kept],
    [...colors.data].filter((_, i) => i % 4 < 3),
  );
});

test('a picture of the right size is inverted where three quarters of its border are bright, and not where less', () => {
  const withBright = (share: number): Picture => {
    let border = 0;
    return picture(28, 28, (x, y) => {
      if (x > 0 && y > 0 && x < 27 && y < 27) return flat(40);
      border += 1;
      return flat(border <= share * 108 ? 250 : 5);
    });
  };
  assert.equal(prepareImage(withBright(0.7), gray28, objectSteps).facts.inverted, false);
  const { pixels, facts } = prepareImage(withBright(0.8), gray28, objectSteps);
  assert.equal(facts.inverted, true);
  assert.equal(pixels[14 * 28 + 14], 255 - 40);
  assert.equal(prepareImage(withBright(0.8), gray28, plainSteps).facts.inverted, false);
});

test('colors become gray by the formula of Pillow', () => {
  // By Pillow: Image.new('RGB', (1, 1), color).convert('L').getpixel((0, 0)).
  const known = [
    [[255, 0, 0], 76],
    [[0, 255, 0], 150],
    [[0, 0, 255], 29],
    [[12, 200, 99], 132],
    [[255, 255, 255], 255],
  ] as const;
  for (const [color, gray] of known) {
    const { pixels } = prepareImage(
      picture(28, 28, () => color),
      gray28,
      plainSteps,
    );
    assert.equal(pixels[0], gray, String(color));
  }
});

/** A boot's outline, more or less, `size` pixels wide. */
function boot(left: number, top: number, size: number): (x: number, y: number) => boolean {
  return (x, y) => {
    const [u, v] = [(x - left) / size, (y - top) / size];
    return u >= 0 && v >= 0 && u < 1 && v < 0.75 && (v > 0.4 || u > 0.6);
  };
}

for (const [name, object, ground] of [
  ['a dark object on light ground', 30, 225],
  ['a light object on dark ground', 220, 40],
  ['a darker object on dark ground', 15, 70],
  ['a lighter object on light ground', 250, 190],
] as const) {
  test(`${name} is cut out, centered and light on black`, () => {
    const inside = boot(520, 90, 200);
    const photo = picture(800, 600, (x, y) => flat(inside(x, y) ? object : ground));
    const { pixels, facts } = prepareImage(photo, gray28, objectSteps);
    assert.equal(facts.inverted, object < ground);
    const { left, top, width, height } = facts.crop!;
    assert.ok(Math.abs(left - 520) < 5 && Math.abs(top - 90) < 5, JSON.stringify(facts.crop));
    assert.ok(Math.abs(width - 200) < 9 && Math.abs(height - 150) < 9, JSON.stringify(facts.crop));
    // The longer side fills the image; the other, 21 of 28 rows, is in the middle, with the odd row above.
    const [first, above, last, below] = extent(pixels);
    assert.deepEqual([first, last], [0, 27]);
    assert.ok(above >= 3 && above <= 4 && below >= 23 && below <= 25, `rows ${above} to ${below}`);
    assert.equal(pixels[0], 0);
    assert.equal(pixels[27 * 28], 0);
  });
}

test('light from one side, darker corners and a soft shadow are not the object', () => {
  const inside = boot(120, 200, 260);
  const photo = picture(800, 600, (x, y) => {
    const [u, v] = [x / 800 - 0.5, y / 600 - 0.5];
    const light = (1 + 0.4 * u - 0.2 * v) * (1 - 0.6 * (u * u + v * v));
    const shadow = Math.max(0, 1 - Math.hypot(x - 260, (y - 420) * 2) / 220) * 0.35;
    return flat(inside(x, y) ? 35 * light : 200 * light * (1 - shadow));
  });
  const { facts } = prepareImage(photo, gray28, objectSteps);
  const { left, top, width, height } = facts.crop!;
  assert.ok(Math.abs(left - 120) < 12 && Math.abs(top - 200) < 12, JSON.stringify(facts.crop));
  assert.ok(Math.abs(width - 260) < 16 && Math.abs(height - 195) < 16, JSON.stringify(facts.crop));
  assert.equal(facts.inverted, true);
});

test('the edge of a table is not the object', () => {
  const inside = boot(300, 80, 180);
  // A table that ends at three quarters of the height, a darker floor below.
  const photo = picture(640, 480, (x, y) => flat(inside(x, y) ? 30 : y < 360 ? 210 : 110));
  const { crop } = prepareImage(photo, gray28, objectSteps).facts;
  assert.ok(
    crop !== null && Math.abs(crop.left - 300) < 8 && Math.abs(crop.top - 80) < 8,
    JSON.stringify(crop),
  );
  assert.ok(Math.abs(crop.width - 180) < 12 && Math.abs(crop.height - 135) < 12, JSON.stringify(crop));
});

test('a picture in which nothing stands out is taken whole, and that is said', () => {
  const random = new RandomStream([3, 4]);
  const noise = picture(120, 90, () => flat(120 + random.nextBelow(9)));
  const { facts } = prepareImage(noise, gray28, objectSteps);
  assert.equal(facts.nothingFound, true);
  assert.equal(facts.crop, null);
});

test('what is transparent is taken as on white, unless the object would vanish there', () => {
  const inside = boot(20, 30, 60);
  const cut = (value: number): Picture =>
    picture(100, 120, (x, y) => (inside(x, y) ? flat(value) : ([0, 0, 0, 0] as const)));
  for (const value of [0, 120, 200, 235]) {
    const { pixels, facts } = prepareImage(cut(value), gray28, objectSteps);
    assert.deepEqual(facts.ground, [255, 255, 255], String(value));
    assert.equal(facts.inverted, true);
    assert.equal(Math.max(...pixels), 255 - value);
    assert.deepEqual(facts.crop, { left: 20, top: 30, width: 60, height: 45 });
  }
  const white = prepareImage(cut(250), gray28, objectSteps);
  assert.deepEqual(white.facts.ground, [0, 0, 0]);
  assert.equal(white.facts.inverted, false);
  assert.equal(Math.max(...white.pixels), 250);
  const chosen = prepareImage(cut(120), gray28, { ...objectSteps, ground: [10, 200, 30] });
  assert.deepEqual(chosen.facts.ground, [10, 200, 30]);
  const nothing = prepareImage(
    picture(50, 50, () => [9, 9, 9, 0]),
    gray28,
    objectSteps,
  );
  assert.equal(nothing.facts.nothingFound, true);
});

test('every orientation of EXIF comes out upright', () => {
  const at = (x: number, y: number): readonly [number, number, number] => [x * 40, y * 60, 7];
  // Where a pixel of the upright 4 x 3 picture is stored, by EXIF's definition of each number.
  const stored: Readonly<Record<number, [number, number, Paint]>> = {
    1: [4, 3, (x, y) => at(x, y)],
    2: [4, 3, (x, y) => at(3 - x, y)],
    3: [4, 3, (x, y) => at(3 - x, 2 - y)],
    4: [4, 3, (x, y) => at(x, 2 - y)],
    5: [3, 4, (x, y) => at(y, x)],
    6: [3, 4, (x, y) => at(3 - y, x)],
    7: [3, 4, (x, y) => at(3 - y, 2 - x)],
    8: [3, 4, (x, y) => at(y, 2 - x)],
  };
  const shape: ImageShape = { height: 3, width: 4, channels: 3 };
  const upright = prepareImage(picture(...stored[1]), shape, plainSteps).pixels;
  for (const [orientation, [width, height, paint]] of Object.entries(stored)) {
    const turned = { ...picture(width, height, paint), orientation: Number(orientation) };
    assert.deepEqual(prepareImage(turned, shape, plainSteps).pixels, upright, orientation);
    const { facts } = prepareImage(turned, shape, { ...plainSteps, upright: false });
    assert.deepEqual([facts.width, facts.height], [width, height]);
  }
});

test('pad keeps all, crop fills, stretch fills with all', () => {
  // Left half red, right half blue, twice as wide as high, on a gray border.
  const wide = picture(64, 32, (x) => (x < 32 ? [200, 0, 0] : [0, 0, 200]));
  const of = (fit: PictureSteps['fit']) => prepareImage(wide, color16, { ...plainSteps, fit }).pixels;
  const [pad, crop, stretch] = [of('pad'), of('crop'), of('stretch')];
  const at = (pixels: Uint8Array, x: number, y: number) => [
    ...pixels.subarray((y * 16 + x) * 3, (y * 16 + x) * 3 + 3),
  ];
  assert.deepEqual(at(pad, 0, 8), [200, 0, 0]);
  assert.notDeepEqual(at(pad, 0, 0), [200, 0, 0], 'above is border color');
  assert.deepEqual(at(crop, 0, 0), [200, 0, 0]);
  assert.deepEqual(at(crop, 15, 15), [0, 0, 200]);
  assert.deepEqual(at(stretch, 7, 15), [200, 0, 0]);
  assert.deepEqual(at(stretch, 8, 0), [0, 0, 200]);
});

test('any picture becomes an image of the shape, and the same again', () => {
  const side = fc.integer({ min: 1, max: 40 });
  const steps = fc.record({
    upright: fc.boolean(),
    ground: fc.constantFrom('auto' as const, [1, 2, 3] as [number, number, number]),
    invert: fc.constantFrom('auto' as const, 'yes' as const, 'no' as const),
    trim: fc.boolean(),
    fit: fc.constantFrom('pad' as const, 'crop' as const, 'stretch' as const),
  });
  fc.assert(
    fc.property(
      side,
      side,
      side,
      side,
      fc.constantFrom(1 as const, 3 as const),
      steps,
      fc.nat(7),
      fc.nat(),
      (w, h, width, height, channels, how, turn, seed) => {
        const random = new RandomStream([seed, 1]);
        const alpha = random.nextBelow(2) === 0;
        const data = Uint8Array.from({ length: w * h * 4 }, (_, i) =>
          i % 4 === 3 && !alpha ? 255 : random.nextBelow(256),
        );
        const source = { data, width: w, height: h, orientation: turn + 1 };
        const shape = { height, width, channels };
        const before = Uint8Array.from(data);
        const { pixels } = prepareImage(source, shape, how);
        assert.equal(pixels.length, height * width * channels);
        assert.deepEqual(data, before, 'the picture is left as it was');
        assert.deepEqual(prepareImage(source, shape, how).pixels, pixels);
      },
    ),
    { numRuns: 60 },
  );
});

test('what is no picture is refused', () => {
  const wrong: readonly [unknown, RegExp][] = [
    [{ data: new Uint8Array(12), width: 2, height: 2 }, /12 bytes.*expected 16 bytes/],
    [{ data: new Uint8Array(0), width: 0, height: 5 }, /0 x 5/],
    [{ data: new Uint8Array(4), width: 1, height: 49_000_000 }, /1 x 49,000,000/],
    [{ data: new Uint8Array(4), width: 1.5, height: 1 }, /sides are 1.5/],
    [{ data: [1, 2, 3, 4], width: 1, height: 1 }, /bytes/],
    [{ data: new Uint8Array(4), width: 1, height: 1, orientation: 9 }, /from 1 to 8, not 9/],
  ];
  for (const [value, message] of wrong) {
    assert.throws(
      () => prepareImage(value as Picture, gray28, plainSteps),
      (error) => error instanceof CoutureError && error.kind === 'usage' && message.test(error.message),
      String(message),
    );
  }
});
