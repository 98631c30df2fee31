/** The kernels of augmentation and mixing write the reference's bytes, and none beside the image, whatever they are told. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { keyFromSeed, RandomStream } from '../../src/core/philox.ts';
import { type AugmentOptions, drawAugmentation, RECORD } from '../../src/data/augment.ts';
import { drawMix, type Mix } from '../../src/data/mix.ts';
import { augmentImage, mixImage } from '../../src/engine/reference/augment.ts';
import { compileKernels, instantiateKernels } from '../../src/engine/wasm/kernels.ts';

const RECORD_AT = 1024;
const SOURCE_AT = 2048;
const TARGET_AT = 4096;
/** What memory holds around the image, and in the target before. */
const FILL = 0xa5;
/** Bytes behind the image that the kernel may overwrite. */
const SLACK = 3;

const memory = new WebAssembly.Memory({ initial: 1, maximum: 32768 });
const module = await compileKernels({ shared: false, wide: false, fast: false });
const kernels = instantiateKernels(module, memory, false);
const bytes = new Uint8Array(memory.buffer);

interface Size {
  readonly height: number;
  readonly width: number;
}

const side = fc.integer({ min: 1, max: 40 });
const sizes: fc.Arbitrary<Size> = fc.record({ height: side, width: side });

function randomImage({ height, width }: Size, seed: number): Uint8Array {
  const random = new RandomStream(keyFromSeed(seed));
  return Uint8Array.from({ length: height * width }, () => random.nextBelow(256));
}

/** A record of a map alone. */
function recordOf(map: readonly number[]): Int32Array {
  const record = new Int32Array(RECORD);
  record.set(map);
  return record;
}

/** Runs both and compares; gives what came out. */
function compare(source: Uint8Array, record: Int32Array, { height, width }: Size): Uint8Array {
  const expected = new Uint8Array(source.length);
  augmentImage(source, record, height, width, expected);
  bytes.fill(FILL);
  bytes.set(source, SOURCE_AT);
  new Int32Array(memory.buffer, RECORD_AT, RECORD).set(record);
  kernels.augment({ source: SOURCE_AT, record: RECORD_AT, height, width, target: TARGET_AT });
  const end = TARGET_AT + source.length;
  const wrong = expected.findIndex((value, i) => value !== bytes[TARGET_AT + i]);
  assert.equal(wrong, -1, `${height} x ${width}, byte ${wrong}: ${bytes[TARGET_AT + wrong]}, ${record}`);
  const untouched = (value: number) => value === FILL;
  assert.ok(
    bytes.subarray(SOURCE_AT + source.length, TARGET_AT).every(untouched),
    'nothing before the target',
  );
  assert.ok(bytes.subarray(end + SLACK).every(untouched), 'nothing past the slack behind the target');
  return expected;
}

const options: fc.Arbitrary<AugmentOptions> = fc.record({
  flip: fc.boolean(),
  shift: fc.integer({ min: 0, max: 64 }),
  rotate: fc.constantFrom(0, 1, 15, 90),
  zoom: fc.constantFrom(0, 0.1, 0.9),
  shear: fc.constantFrom(0, 0, 20, 60),
  elastic: fc.constantFrom(0, 0, 2, 32),
  erase: fc.constantFrom(0, 0.5, 1),
});

describe('the augmentation kernel', () => {
  it('gives the reference’s bytes for any options and size', () => {
    const check = (size: Size, chosen: AugmentOptions, seed: number) => {
      const source = randomImage(size, seed);
      const record = new Int32Array(RECORD);
      for (let place = 0; place < 5; place++) {
        drawAugmentation(chosen, keyFromSeed(seed), place, 7, size, record);
        compare(source, record, size);
      }
    };
    fc.assert(fc.property(sizes, options, fc.nat(), check), { numRuns: 200 });
  });

  it('gives the reference’s bytes for any map, however far outside it leads', () => {
    const near = fc.integer({ min: -200_000, max: 200_000 });
    const word = fc.oneof(near, near, fc.integer());
    const map = fc.tuple(word, word, word, word, word, word);
    const check = (size: Size, words: number[], seed: number) => {
      compare(randomImage(size, seed), recordOf(words), size);
    };
    fc.assert(fc.property(sizes, map, fc.nat(), check), { numRuns: 1000 });
  });

  it('copies pixels unchanged where they move by whole ones', () => {
    const check = (size: Size, mirrored: boolean, right: number, down: number) => {
      const { height, width } = size;
      const source = randomImage(size, right * 100 + down + 10_000);
      const step = mirrored ? -1 : 1;
      const start = mirrored ? width - 1 + right : -right;
      const map = [step, 0, start, 0, 1, -down].map((value) => value * 65_536);
      const moved = compare(source, recordOf(map), size);
      moved.forEach((value, i) => {
        const x = start + step * (i % width);
        const y = Math.floor(i / width) - down;
        const inside = x >= 0 && x < width && y >= 0 && y < height;
        assert.equal(value, inside ? source[y * width + x] : 0);
      });
    };
    const offset = fc.integer({ min: -45, max: 45 });
    fc.assert(fc.property(sizes, fc.boolean(), offset, offset, check), { numRuns: 200 });
  });
});

describe('the mixing kernel', () => {
  /** Runs both and compares, bytes around the image included. */
  function compareMix(size: Size, seed: number, mix: Mix): void {
    const [image, partner] = [randomImage(size, seed), randomImage(size, seed + 1)];
    bytes.fill(FILL);
    bytes.set(partner, SOURCE_AT);
    bytes.set(image, TARGET_AT);
    kernels.mix({ ...mix, image: TARGET_AT, partner: SOURCE_AT, width: size.width });
    const expected = new Uint8Array(bytes.length).fill(FILL);
    expected.set(partner, SOURCE_AT);
    mixImage(image, partner, size.width, mix);
    expected.set(image, TARGET_AT);
    if (Buffer.compare(expected, bytes) === 0) return;
    const wrong = expected.findIndex((value, i) => value !== bytes[i]);
    assert.fail(`${JSON.stringify({ size, mix })}: byte ${wrong - TARGET_AT}`);
  }

  it('gives the reference’s bytes for whatever is drawn', () => {
    const check = (size: Size, seed: number, mixup: number) => {
      for (let place = 0; place < 5; place++) {
        const mix = drawMix({ mixup, cutmix: 1 - mixup }, keyFromSeed(seed), place, 3, 9, size);
        assert.ok(mix);
        compareMix(size, seed, mix);
      }
    };
    fc.assert(fc.property(sizes, fc.nat(), fc.constantFrom(0, 0.5, 1), check), { numRuns: 200 });
  });

  it('blends with every weight as the reference does, and to a byte', () => {
    const size = { height: 20, width: 39 };
    const whole = { partner: 0, left: 0, top: 0, right: 39, bottom: 20, own: 1 };
    for (let weight = 0; weight <= 256; weight++) compareMix(size, weight, { ...whole, weight });
    const white = new Uint8Array(780).fill(255);
    mixImage(white, white.slice(), 39, { ...whole, weight: 100 });
    assert.ok(white.every((value) => value === 255));
  });
});
