import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { gray, infoFor } from '../../test/dataset-fixture.ts';
import { CoutureError } from '../core/errors.ts';
import { datasetFromIdx, parseIdx } from './idx.ts';

/** An IDX file of bytes with that header and that many values. */
function idx(dims: readonly number[], values = dims.reduce((a, b) => a * b, 1)): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dims.length + values);
  bytes.set([0, 0, 8, dims.length]);
  const view = new DataView(bytes.buffer);
  for (const [i, dim] of dims.entries()) view.setUint32(4 + 4 * i, dim);
  for (let i = 0; i < values; i++) bytes[4 + 4 * dims.length + i] = (i * 37 + 11) & 0xff;
  return bytes;
}

function dataError(pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof CoutureError, String(error));
    assert.equal(error.kind, 'data');
    assert.match(error.message, pattern);
    assert.ok(error.hint);
    return true;
  };
}

const shapes = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 });

describe('parseIdx', () => {
  it('reads back any dimensions, as a view', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 0, max: 7 }), (dims, shift) => {
        const file = idx(dims);
        // At any offset of a larger buffer.
        const held = new Uint8Array(file.length + shift);
        held.set(file, shift);
        const parsed = parseIdx(held.subarray(shift), { name: 'f' });
        assert.deepEqual(parsed.dims, dims);
        assert.deepEqual(parsed.data, file.subarray(4 + 4 * dims.length));
        assert.equal(parsed.data.buffer, held.buffer);
      }),
    );
  });

  it('refuses every truncation and every surplus', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.integer({ min: 1, max: 50 }), (dims, cut, more) => {
        const file = idx(dims);
        const short = file.subarray(0, cut % file.length);
        assert.throws(() => parseIdx(short, { name: 'short.idx' }), dataError(/^short\.idx: /));
        const long = new Uint8Array(file.length + more);
        long.set(file);
        assert.throws(
          () => parseIdx(long, { name: 'long.idx' }),
          dataError(/^long\.idx: the header declares/),
        );
      }),
    );
  });

  it('refuses wrong magic, type and counts by name', () => {
    const cases: [number, number, RegExp][] = [
      [0, 1, /begins with 01 00 08 01/],
      [1, 8, /begins with 00 08 08 01/],
      [2, 0x0d, /byte 2 of the header says 32-bit floats/],
      [2, 0x42, /unknown type 0x42/],
      [3, 0, /0 dimensions, but 1 to 8/],
      [3, 9, /9 dimensions, but 1 to 8/],
      [7, 4, /declares 4 = 4 values, but the file holds 3/],
    ];
    for (const [at, value, pattern] of cases) {
      const file = idx([3]);
      file[at] = value;
      assert.throws(() => parseIdx(file, { name: 'f' }), dataError(pattern));
    }
    assert.throws(() => parseIdx(Uint8Array.of(0x1f, 0x8b, 8, 0), { name: 'f' }), dataError(/gzip/));
    assert.throws(() => parseIdx(idx([3]), { name: 'f', ndims: 3 }), dataError(/looks like a label file/));
    assert.throws(
      () => parseIdx(idx([3, 1, 1]), { name: 'f', ndims: 1 }),
      dataError(/looks like an image file/),
    );
  });

  it('takes no memory for a header that promises the world', () => {
    const vast = idx([0xffffffff, 0xffffffff, 0xffffffff], 0);
    assert.throws(() => parseIdx(vast, { name: 'f' }), dataError(/more than the limit/));
    assert.throws(() => parseIdx(idx([100]), { name: 'f', limit: 99 }), dataError(/limit of 99/));
  });

  it('answers random bytes and flipped headers with an error or a file that fits', () => {
    const tries = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.tuple(shapes, fc.nat(), fc.nat(255)).map(([dims, at, value]) => {
        const file = idx(dims);
        file[at % (4 + 4 * dims.length)] = value;
        return file;
      }),
    );
    fc.assert(
      fc.property(tries, (bytes) => {
        try {
          const { dims, data } = parseIdx(bytes, { name: 'f' });
          assert.equal(
            data.length,
            dims.reduce((a, b) => a * b, 1),
          );
        } catch (error) {
          assert.ok(dataError(/^f: /)(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('datasetFromIdx', () => {
  const given = { info: infoFor(gray(3, 4), ['a', 'b', 'c'], 'tiny'), split: 'train' } as const;
  const labels = (...values: number[]) => {
    const file = idx([values.length]);
    file.set(values, 8);
    return file;
  };

  it('joins images and labels without copying', () => {
    const images = idx([2, 3, 4]);
    const dataset = datasetFromIdx({ ...given, images, labels: labels(2, 0) });
    assert.equal(dataset.length, 2);
    assert.deepEqual(dataset.info.shape, gray(3, 4));
    assert.equal(dataset.images.buffer, images.buffer);
    assert.deepEqual([...dataset.labels], [2, 0]);
  });

  it('turns transposed images and counts labels from their offset', () => {
    const images = idx([2, 2, 3]);
    images.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 16);
    const info = infoFor(gray(3, 2), ['a', 'b', 'c'], 'tiny');
    const options = { ...given, info, images, labels: labels(1, 3), transposed: true, labelOffset: 1 };
    const dataset = datasetFromIdx(options);
    assert.deepEqual([...dataset.images], [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12]);
    assert.deepEqual([...dataset.labels], [0, 2]);
    assert.throws(
      () => datasetFromIdx({ ...options, labels: labels(1, 0) }),
      dataError(/label 0 of image 1/),
    );
  });

  it('refuses what does not fit together', () => {
    const images = idx([2, 3, 4]);
    assert.throws(
      () => datasetFromIdx({ ...given, images, labels: labels(0) }),
      dataError(/1 labels for the 2/),
    );
    assert.throws(() => datasetFromIdx({ ...given, images, labels: labels(0, 3) }), dataError(/label 3/));
    const other = { ...given, info: infoFor(gray(4, 3), ['a', 'b', 'c'], 'tiny') };
    assert.throws(
      () => datasetFromIdx({ ...other, images, labels: labels(0, 1) }),
      dataError(/images are 3x4, but those of tiny are 4x3 gray/),
    );
    assert.throws(
      () => datasetFromIdx({ ...given, images: idx([0, 3, 4]), labels: labels() }),
      dataError(/no pixel/),
    );
  });
});
