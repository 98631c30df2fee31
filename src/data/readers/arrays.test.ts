/** IDX, NPY and NPZ: made by hand, and by NumPy where that is there. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { dataError, entriesOf, listed, orDataError, pixelsOf } from '../../../test/reader-checks.ts';
import { arrayRoleOf } from './array-roles.ts';
import { bytesSource } from './bytes.ts';
import { parseNpy } from './npy.ts';
import { type ElementType, elementBytes } from './numbers.ts';
import { readFiles, readOneFile } from './read.ts';

/** Writes values of a type, big-endian or little-endian. */
function encode(type: ElementType, values: readonly number[], little: boolean): Uint8Array {
  const size = elementBytes[type];
  const view = new DataView(new ArrayBuffer(values.length * size));
  values.forEach((value, i) => {
    const at = i * size;
    if (type === 'bool' || type === 'uint8') view.setUint8(at, value);
    else if (type === 'int8') view.setInt8(at, value);
    else if (type === 'uint16') view.setUint16(at, value, little);
    else if (type === 'int16') view.setInt16(at, value, little);
    else if (type === 'uint32') view.setUint32(at, value, little);
    else if (type === 'int32') view.setInt32(at, value, little);
    else if (type === 'uint64') view.setBigUint64(at, BigInt(value), little);
    else if (type === 'int64') view.setBigInt64(at, BigInt(value), little);
    else if (type === 'float32') view.setFloat32(at, value, little);
    else if (type === 'float64') view.setFloat64(at, value, little);
    else throw new Error(`No values of type ${type} are made here.`);
  });
  return new Uint8Array(view.buffer);
}

const idxCodes = { uint8: 8, int8: 9, int16: 11, int32: 12, float32: 13, float64: 14 } as const;

function idx(type: keyof typeof idxCodes, dims: readonly number[], values: readonly number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * dims.length));
  header.setUint8(2, idxCodes[type]);
  header.setUint8(3, dims.length);
  for (const [i, dim] of dims.entries()) header.setUint32(4 + 4 * i, dim);
  return new Uint8Array(Buffer.concat([new Uint8Array(header.buffer), encode(type, values, false)]));
}

function npy(descr: string, dims: readonly number[], body: Uint8Array, fortran = false): Uint8Array {
  const shape = dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
  const text = `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }\n`;
  const head = Buffer.alloc(10);
  head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  head.writeUInt16LE(text.length, 8);
  return new Uint8Array(Buffer.concat([head, Buffer.from(text), body]));
}

const pixels = Array.from({ length: 24 }, (_, i) => i * 10);
const read = (files: Record<string, Uint8Array>) => readFiles(entriesOf(files), 'set');

describe('names of arrays', () => {
  it('say split and kind', () => {
    const cases: [string, string][] = [
      ['train-images-idx3-ubyte', 'train images '],
      ['t10k-labels.idx1-ubyte', 'test labels '],
      ['emnist-balanced-test-images-idx3-ubyte', 'test images emnist-balanced'],
      ['qmnist-train-labels-idx2-int', 'train labels qmnist'],
      ['k49-train-imgs', 'train images k49'],
      ['kmnist-test-labels.npz', 'test labels kmnist'],
      ['x_train', 'train images '],
      ['ytest', 'test labels '],
      ['X', 'all images '],
      ['trainLabels', 'train labels '],
      ['val_images', 'validation images '],
    ];
    for (const [name, expected] of cases) {
      const role = arrayRoleOf(name);
      assert.equal(`${role?.split} ${role?.kind} ${role?.rest}`, expected, name);
    }
    assert.equal(arrayRoleOf('arr_0'), undefined);
    assert.equal(arrayRoleOf('constructor'), undefined);
  });
});

describe('IDX files', () => {
  it('are read in every element type, with labels of any', async () => {
    const bytes = pixels.map((value) => value % 128);
    for (const type of ['uint8', 'int8', 'int16', 'int32', 'float32', 'float64'] as const) {
      const found = await read({
        'train-images-idx3-ubyte': idx(type, [2, 3, 4], bytes),
        'train-labels-idx1-ubyte': idx(type, [2], [7, 0]),
      });
      assert.equal(found.format, 'idx');
      assert.deepEqual(
        listed(found.train).map((line) => line[0]),
        ['7', '0'],
      );
      const { data, ...shape } = await pixelsOf(found.train, 1);
      assert.deepEqual([...data], bytes.slice(12));
      assert.deepEqual(shape, { kind: 'pixels', height: 3, width: 4, channels: 1 });
    }
  });

  it('have channels as a fourth dimension, come packed, and with a test split', async () => {
    const { train, test } = await read({
      'train-images-idx4-ubyte.gz': new Uint8Array(gzipSync(idx('uint8', [2, 2, 2, 3], pixels))),
      'train-labels-idx1-ubyte.gz': new Uint8Array(gzipSync(idx('uint8', [2], [0, 1]))),
      't10k-images.idx4-ubyte': idx('uint8', [1, 2, 2, 3], pixels.slice(0, 12)),
      't10k-labels.idx1-ubyte': idx('uint8', [1], [1]),
      'README.txt': new Uint8Array(3),
    });
    const { data, channels } = await pixelsOf(train, 1);
    assert.deepEqual([[...data], channels], [pixels.slice(12), 3]);
    assert.deepEqual(listed(test), ['1: t10k-images.idx4-ubyte, image 0']);
  });

  it("are read with QMNIST's labels: the class is the first of eight columns", async () => {
    const labels = [5, 1, 2, 3, 4, 5, 6, 7, 9, 1, 2, 3, 4, 5, 6, 7];
    const { train } = await read({
      'qmnist-train-images-idx3-ubyte': idx('uint8', [2, 3, 4], pixels),
      'qmnist-train-labels-idx2-int': idx('int32', [2, 8], labels),
    });
    assert.deepEqual([train.labelOf(0), train.labelOf(1)], ['5', '9']);
  });

  it('are refused where they do not fit', async () => {
    const images = idx('uint8', [2, 3, 4], pixels);
    const labels = idx('uint8', [2], [0, 1]);
    const cases: [Record<string, Uint8Array>, RegExp][] = [
      [{ 'train-images-idx3-ubyte': images }, /no train labels were found/],
      [{ 'train-labels-idx1-ubyte': labels }, /no train images were found/],
      [{ 'digits-idx3-ubyte': images }, /no images were found. It holds digits-idx3-ubyte/],
      [
        { 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': idx('uint8', [3], [0, 1, 2]) },
        /there are 3 labels for 2 images/,
      ],
      [
        { 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': idx('int8', [2], [0, -1]) },
        /the label of image 1 is -1/,
      ],
      [
        { 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': idx('float32', [2], [0, 1.5]) },
        /the label of image 1 is 1\.5/,
      ],
      [
        {
          'train-images-idx3-ubyte': idx(
            'int16',
            [2, 3, 4],
            pixels.map((p) => p + 100),
          ),
          'train-labels-idx1-ubyte': labels,
        },
        /value 16 is 260, but pixels must be from 0 to 255/,
      ],
      [
        { 'a-train-images-idx3-ubyte': images, 'b-train-labels-idx1-ubyte': labels },
        /the folder holds files of several sets: a, b/,
      ],
      [
        {
          'train-images-idx3-ubyte': images,
          'train-images.idx3-ubyte': images,
          'train-labels-idx1-ubyte': labels,
        },
        /both .* hold the train images/,
      ],
      [
        {
          'train-images-idx3-ubyte': images,
          'train-labels-idx1-ubyte': labels,
          'test-images-idx3-ubyte': idx('uint8', [2, 4, 3], pixels),
          'test-labels-idx1-ubyte': labels,
        },
        /images are 4x3x1, but those of/,
      ],
    ];
    for (const [files, pattern] of cases) await assert.rejects(read(files), dataError(pattern));
  });
});

describe('NPY files', () => {
  const labels = npy("'<i8'", [2], encode('int64', [4, 9], true));
  const set = (images: Uint8Array) => read({ 'x_train.npy': images, 'y_train.npy': labels });

  it('are read in every element type and both byte orders', async () => {
    const cases: [string, ElementType, boolean][] = [
      ["'|u1'", 'uint8', true],
      ["'<i2'", 'int16', true],
      ["'>i4'", 'int32', false],
      ["'<u2'", 'uint16', true],
      ["'<u8'", 'uint64', true],
      ["'<f4'", 'float32', true],
      ["'>f8'", 'float64', false],
    ];
    for (const [descr, type, little] of cases) {
      const { train, format } = await set(npy(descr, [2, 3, 4], encode(type, pixels, little)));
      assert.equal(format, 'npz');
      assert.deepEqual([...(await pixelsOf(train, 0)).data], pixels.slice(0, 12), descr);
      assert.deepEqual([train.labelOf(0), train.labelOf(1)], ['4', '9']);
    }
  });

  it('are read in Fortran order, with channels first, and as rows of a square', async () => {
    const order = (i: number) => {
      const [image, y, x] = [i % 2, Math.floor(i / 2) % 3, Math.floor(i / 6)];
      return pixels[image * 12 + y * 4 + x];
    };
    const fortran = await set(
      npy(
        "'|u1'",
        [2, 3, 4],
        Uint8Array.from({ length: 24 }, (_, i) => order(i)),
        true,
      ),
    );
    assert.deepEqual([...(await pixelsOf(fortran.train, 1)).data], pixels.slice(12));
    const first = await set(npy("'|u1'", [2, 3, 2, 2], Uint8Array.from(pixels)));
    const { data, channels } = await pixelsOf(first.train, 0);
    assert.deepEqual([[...data], channels], [[0, 40, 80, 10, 50, 90, 20, 60, 100, 30, 70, 110], 3]);
    assert.match(first.notices.join(), /read with the channels before height and width/);
    const rows = await set(npy("'|u1'", [2, 12], Uint8Array.from(pixels)));
    const square = await pixelsOf(rows.train, 1);
    assert.deepEqual(
      [square.height, square.width, square.channels, [...square.data]],
      [2, 2, 3, pixels.slice(12)],
    );
  });

  it('scale floats from 0 to 1 and bits, and say so', async () => {
    const unit = pixels.map((value) => value / 255);
    const floats = await set(npy("'<f8'", [2, 3, 4], encode('float64', unit, true)));
    assert.deepEqual([...(await pixelsOf(floats.train, 0)).data], pixels.slice(0, 12));
    assert.match(floats.notices.join(), /floats from 0 to 1; they are multiplied by 255/);
    const bits = await set(
      npy(
        "'|b1'",
        [2, 3, 4],
        Uint8Array.from(pixels, (_, i) => i % 2),
      ),
    );
    assert.deepEqual([...(await pixelsOf(bits.train, 0)).data.subarray(0, 2)], [0, 255]);
    const whole = await set(
      npy(
        "'<f4'",
        [2, 3, 4],
        encode(
          'float32',
          pixels.map((p) => p + 0.5),
          true,
        ),
      ),
    );
    assert.deepEqual([...(await pixelsOf(whole.train, 0)).data.subarray(0, 2)], [1, 11]);
    assert.match(whole.notices.join(), /floats from 0 to 255/);
  });

  it('take text for labels', async () => {
    const utf32 = Uint8Array.from([...'cat\0dogs'].flatMap((c) => [c.charCodeAt(0), 0, 0, 0]));
    const { train } = await read({
      'images.npy': npy("'|u1'", [2, 3, 4], Uint8Array.from(pixels)),
      'labels.npy': npy("'<U4'", [2], utf32),
    });
    assert.deepEqual([train.labelOf(0), train.labelOf(1)], ['cat', 'dogs']);
  });

  it('are refused by name for objects, records and other types, and for values out of range', async () => {
    const body = new Uint8Array(24);
    const cases: [Uint8Array, RegExp][] = [
      [npy("'|O'", [2, 3, 4], body), /x_train\.npy .* Python objects \(pickle\)/],
      [npy("[('a', '<i4'), ('b', '<f4')]", [2], body), /records with several fields/],
      [npy("'<c8'", [2, 3, 4], body), /of type <c8/],
      [npy("'|u1'", [2, 3, 5], body), /declares 2 x 3 x 5 values = 30 bytes, but 24 bytes follow/],
      [npy("'|u1'", [4, 6], body), /an array of 4 x 6 does not hold images/],
      [npy("'|u1'", [2, 3, 4, 1, 1], body), /an array of 2 x 3 x 4 x 1 x 1 does not hold images/],
      [npy("'|u1'", [0, 3, 4], new Uint8Array(0)), /0 images of 3x4/],
      [
        npy(
          "'|i1'",
          [2, 3, 4],
          encode(
            'int8',
            pixels.map(() => -1),
            true,
          ),
        ),
        /value 0 is -1/,
      ],
      [
        npy(
          "'<f4'",
          [2, 3, 4],
          encode(
            'float32',
            pixels.map(() => Number.NaN),
            true,
          ),
        ),
        /value 0 is NaN/,
      ],
      [npy("'<U3'", [8], new Uint8Array(96)), /the array holds text, but pixels were expected/],
    ];
    for (const [images, pattern] of cases) await assert.rejects(set(images), dataError(pattern));
    const hot = read({
      'images.npy': npy("'|u1'", [2, 3, 4], Uint8Array.from(pixels)),
      'labels.npy': npy("'|u1'", [2, 10], new Uint8Array(20)),
    });
    await assert.rejects(hot, dataError(/labels have the shape 2 x 10/));
  });

  it('of any bytes end in an error or in an array', async () => {
    const good = npy("'<i2'", [2, 3], new Uint8Array(12));
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), async (at, value, cut) => {
        const flipped = good.slice();
        flipped[at] = value;
        await orDataError(() => parseNpy(flipped, 'f'));
        await orDataError(() => parseNpy(good.subarray(0, cut), 'f'));
      }),
      { numRuns: 500 },
    );
  });
});

const scratch = mkdtempSync(join(tmpdir(), 'couture-arrays-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const python = (script: string): boolean => {
  try {
    execFileSync('python3', ['-c', `import numpy as np\n${script}`], { cwd: scratch, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

describe('files of NumPy itself', { skip: !python('') && 'no NumPy' }, () => {
  const made = (name: string) => bytesSource(new Uint8Array(readFileSync(join(scratch, name))), name);

  it('are read: one NPZ file, packed or not', async () => {
    assert.ok(
      python(`
a = (np.arange(3*4*5) * 4).astype('uint8').reshape(3, 4, 5)
np.savez('keras.npz', x_train=a, y_train=np.array([2,0,1]), x_test=a[:1], y_test=np.array([[1]]))
np.savez_compressed('two.npz', a / 255.0, np.array(['a', 'bb', 'a']))
np.savez('medmnist.npz', train_images=a, train_labels=np.zeros((3,1),'uint8'), val_images=a[:2], val_labels=np.ones((2,1),'uint8'), test_images=a[:1], test_labels=np.ones((1,1),'uint8'))
np.savez('half.npz', images=(a / 255).astype('float16'), labels=np.asfortranarray(np.array([0,1,1])))
np.savez('objects.npz', images=np.array([None, 1], dtype=object), labels=np.array([0,1]))`),
    );
    const keras = await readOneFile(made('keras.npz'));
    assert.equal(keras.format, 'npz');
    assert.deepEqual(
      listed(keras.train).map((line) => line[0]),
      ['2', '0', '1'],
    );
    assert.deepEqual(
      listed(keras.test).map((line) => line[0]),
      ['1'],
    );
    const two = await readOneFile(made('two.npz'));
    assert.deepEqual(
      listed(two.train).map((line) => line.split(':')[0]),
      ['a', 'bb', 'a'],
    );
    const expected = Array.from({ length: 20 }, (_, i) => (i + 20) * 4);
    assert.deepEqual([...(await pixelsOf(two.train, 1)).data], expected);
    const medmnist = await readOneFile(made('medmnist.npz'));
    assert.deepEqual([medmnist.train.length, medmnist.test?.length], [5, 1]);
    const half = await pixelsOf((await readOneFile(made('half.npz'))).train, 1);
    assert.deepEqual([...half.data], expected);
    await assert.rejects(readOneFile(made('objects.npz')), dataError(/images .* Python objects/));
  });

  it("are read: Kuzushiji-49's four", async () => {
    assert.ok(
      python(`
import os
os.makedirs('k49')
for split, n in (('train', 5), ('test', 2)):
    np.savez_compressed('k49/k49-%s-imgs.npz' % split, np.full((n, 28, 28), 7, 'uint8'))
    np.savez_compressed('k49/k49-%s-labels.npz' % split, np.arange(n).astype('uint8') + 40)`),
    );
    const names = readdirSync(join(scratch, 'k49'));
    const files = names.map(
      (name) => [name, new Uint8Array(readFileSync(join(scratch, 'k49', name)))] as const,
    );
    const { train, test } = await read(Object.fromEntries(files));
    assert.deepEqual([train.length, test?.length, train.labelOf(4)], [5, 2, '44']);
    assert.ok((await pixelsOf(train, 4)).data.every((value) => value === 7));
  });
});

it('texts of an NPY array end at their last character, and zeros inside them cost nothing', () => {
  const width = 1000;
  const texts = new Uint8Array(3000 * width);
  // The worst for a search from every zero to the end of its text: zeros all along, and a letter last.
  for (let i = 0; i < 3000; i++) texts[(i + 1) * width - 1] = 0x61;
  texts.set([0x68, 0x69, 0]);
  const started = performance.now();
  const { type, ...found } = parseNpy(npy(`'|S${width}'`, [3000], texts), 'labels.npy');
  assert.ok(performance.now() - started < 3000, `${performance.now() - started} ms`);
  assert.ok(type === 'text' && 'values' in found);
  assert.equal(found.values[0], `hi${'\0'.repeat(width - 3)}a`);
  const short = parseNpy(npy("'|S4'", [3], new TextEncoder().encode('hi\0\0ab\0c\0\0\0\0')), 'labels.npy');
  assert.deepEqual('values' in short && short.values, ['hi', 'ab\0c', '']);
});
