/** The import from found pictures to two splits, in memory, with pictures whose decoder is a line. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dataError, entriesOf } from '../../../test/reader-checks.ts';
import { CoutureError } from '../../core/errors.ts';
import { type Dataset, imageAt } from '../dataset.ts';
import type { Picture } from '../prepare.ts';
import { bytesSource } from '../readers/bytes.ts';
import { readFiles, readOneFile } from '../readers/read.ts';
import { importIntoMemory } from './datasets.ts';
import type { ImportOptions } from './options.ts';

/** A "file" of a side and a color: decoded to a square of that color, with the last pixel of a number of its own. */
const file = (side: number, color: readonly [number, number, number], own = 0) =>
  JSON.stringify({ side, color, own });

async function decode(bytes: Uint8Array, name: string): Promise<Picture> {
  const text = new TextDecoder().decode(bytes);
  if (text === 'broken')
    throw new CoutureError('data', `Cannot read the image ${name}: it is damaged or truncated.`);
  const { side, color, own } = JSON.parse(text);
  const data = Uint8Array.from({ length: side * side * 4 }, (_, i) => (i % 4 === 3 ? 255 : color[i % 4]));
  for (let c = 0; c < 3; c++) data[(side * side - 1) * 4 + c] = own;
  return { data, width: side, height: side };
}

type Files = Readonly<Record<string, string>>;

async function importFiles(files: Files, options: ImportOptions = {}) {
  const found = await readFiles(entriesOf(files), 'set');
  return await importIntoMemory(found, 'set', decode, options);
}

/** `count` gray files of a class, no two alike. */
function classOf(name: string, count: number, side = 8): Record<string, string> {
  const level = 40 + 20 * name.length;
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${name}/${i}.png`, file(side, [level, level, level], i)]),
  );
}

const two = (count = 12): Record<string, string> => ({ ...classOf('a', count), ...classOf('bb', count) });

/** Images as text under their class names, in order. */
function contents({ info, labels, length, images }: Dataset): string[] {
  return Array.from(
    { length },
    (_, i) => `${info.classNames[labels[i]]} ${imageAt({ info, images }, i).join()}`,
  );
}

describe('the shape', () => {
  it('is the size in common up to 64, else 32, and the one asked for', async () => {
    const cases: [Record<string, string>, ImportOptions, string][] = [
      [two(), {}, '8x8x1'],
      [{ ...classOf('a', 9, 64), ...classOf('b', 9, 64) }, {}, '64x64x1'],
      [{ ...classOf('a', 9, 65), ...classOf('b', 9, 65) }, {}, '32x32x1'],
      [{ ...classOf('a', 9, 8), ...classOf('b', 9, 9) }, {}, '32x32x1'],
      [{ ...classOf('a', 30, 8), 'b/1.png': file(9, [0, 0, 0]), 'b/2.png': file(8, [0, 0, 0]) }, {}, '8x8x1'],
      [two(), { size: 5 }, '5x5x1'],
      [two(), { channels: 3 }, '8x8x3'],
      [two(), { size: 6, channels: 3 }, '6x6x3'],
    ];
    for (const [files, options, expected] of cases) {
      const { height, width, channels } = (await importFiles(files, options)).train.info.shape;
      assert.equal(`${height}x${width}x${channels}`, expected);
    }
  });

  it('is color where pictures have color that can be seen', async () => {
    const tinted = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`c/${i}.png`, file(8, [100, 110, 105], i)]),
    );
    const red = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`c/${i}.png`, file(8, [200, 50, 50], i)]),
    );
    assert.equal((await importFiles({ ...two(), ...tinted })).train.info.shape.channels, 1);
    const colored = await importFiles({ ...two(), ...red });
    assert.equal(colored.train.info.shape.channels, 3);
    assert.deepEqual(colored.train.info.preprocessing.pixels, {
      offset: [0.5, 0.5, 0.5],
      scale: [0.5, 0.5, 0.5],
    });
    assert.match(colored.report.notices.join(), /Of 36 pictures looked at, 12 have color/);
    assert.equal((await importFiles({ ...two(), ...red }, { channels: 1 })).train.info.shape.channels, 1);
  });

  it('is refused out of range, and for more bytes than an engine holds', async () => {
    for (const size of [0, 129, 1.5]) {
      const failure = { name: 'CoutureError', kind: 'usage', message: /from 1 to 128/ };
      await assert.rejects(importFiles(two(), { size }), failure);
    }
    const found = await readFiles(entriesOf(two()), 'set');
    const many = { ...found.train, length: 50_000, labelOf: (i: number) => String(i % 2) };
    const vast = importIntoMemory({ ...found, train: many }, 'set', decode, { size: 128, channels: 3 });
    await assert.rejects(vast, dataError(/over the limit of/));
  });
});

describe('classes', () => {
  it('are numbered in natural order, numbers by value', async () => {
    const files = { ...classOf('10', 6), ...classOf('9', 6), ...classOf('-1', 6) };
    const { train } = await importFiles(files);
    assert.deepEqual(train.info.classNames, ['-1', '9', '10']);
    for (const line of contents(train)) assert.match(line, /^(-1|9|10) /);
  });

  it('are at least 2 and at most 1,000, and labels past them are refused', async () => {
    const csv = (labels: readonly string[]) =>
      labels.map((label, i) => [label, ...new Array<number>(16).fill(i % 256)].join(',')).join('\n');
    const read = async (labels: readonly string[]) => {
      const found = await readOneFile(bytesSource(new TextEncoder().encode(csv(labels)), 'f.csv'));
      return await importIntoMemory(found, 'f', decode);
    };
    await assert.rejects(
      read(['a', 'a']),
      dataError(/1 class with readable images was found, but at least 2/),
    );
    const labels = Array.from({ length: 2002 }, (_, i) => String(i >> 1));
    await assert.rejects(read(labels), dataError(/1001 classes were found, but at most 1000/));
    const most = await read(labels.slice(0, 2000));
    assert.equal(Math.max(...most.train.labels), 999);
    const test = {
      'train/a/1.png': file(4, [0, 0, 0]),
      'train/b/1.png': file(4, [9, 9, 9]),
      'test/c/1.png': '',
    };
    await assert.rejects(importFiles(test), dataError(/test\/c\/1\.png: the class c is not among the 2/));
    const bell = { ...classOf('a', 3), 'b\u0007/1.png': file(8, [1, 1, 1]) };
    await assert.rejects(importFiles(bell), dataError(/class name "b\\x07" cannot be used/));
  });

  it('that are small or of very different size are said', async () => {
    const { report } = await importFiles({ ...classOf('a', 3), ...classOf('bb', 60), ...classOf('ccc', 1) });
    const text = report.notices.join('\n');
    assert.match(text, /2 classes have fewer than 20 training images: a \(2\), ccc \(1\)\./);
    assert.match(text, /There are no test images of ccc\./);
    assert.match(text, /bb has 50 training images, ccc has 1\. Training with --class-weights balanced/);
    const fine = await importFiles({ ...classOf('a', 30), ...classOf('bb', 40) });
    assert.doesNotMatch(fine.report.notices.join(), /fewer|differ/);
  });
});

describe('the test split', () => {
  it('is drawn of each class where there is none, and does not depend on names or their order', async () => {
    const files = { ...classOf('a', 30), ...classOf('bb', 12) };
    const { train, test, report } = await importFiles(files);
    assert.deepEqual(report.classes, [
      { name: 'a', train: 25, test: 5 },
      { name: 'bb', train: 10, test: 2 },
    ]);
    assert.ok(report.testWasDrawn);
    assert.match(
      report.notices.join(),
      /There is no test split: 7 of 42 images become the test split, 16\.7% of each/,
    );
    const renamed = Object.entries(files).map(([path, text]) => [
      path.replace(/\d+/, (n) => `x${99 - Number(n)}`),
      text,
    ]);
    const other = await importFiles(Object.fromEntries(renamed));
    assert.deepEqual(contents(other.test).sort(), contents(test).sort());
    assert.deepEqual(contents(other.train).sort(), contents(train).sort());
    const half = await importFiles(files, { testShare: 0.5 });
    assert.deepEqual([half.train.length, half.test.length], [21, 21]);
    for (const testShare of [0, 0.6, Number.NaN])
      await assert.rejects(importFiles(files, { testShare }), { name: 'CoutureError', kind: 'usage' });
  });

  it('keeps copies together, and takes no more than its share of any class', async () => {
    const labels = fc.array(fc.tuple(fc.nat(2), fc.nat(6)), { minLength: 12, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(labels, async (list) => {
        // The same pixels again and again, in different files and classes.
        const csv = list.map(([label, kind]) => [label, ...new Array<number>(16).fill(kind * 30)].join(','));
        const rest = [0, 1, 2].flatMap((label) =>
          Array.from({ length: 8 }, (_, i) => [label, i + 1, ...new Array<number>(15).fill(label)].join(',')),
        );
        const text = [...csv, ...rest].join('\n');
        const found = await readOneFile(bytesSource(new TextEncoder().encode(text), 'f.csv'));
        const { train, test, report } = await importIntoMemory(found, 'f', decode);
        const pixels = (dataset: Dataset) => new Set(contents(dataset).map((line) => line.split(' ')[1]));
        const both = pixels(train);
        for (const image of pixels(test)) assert.ok(!both.has(image));
        for (const row of report.classes)
          assert.ok(row.test <= Math.floor((row.train + row.test) / 6 + 0.5), JSON.stringify(report.classes));
        assert.equal(train.length + test.length, list.length + rest.length);
      }),
      { numRuns: 60 },
    );
  });

  it('is taken as it is where there is one', async () => {
    const files: Record<string, string> = {};
    for (const [path, text] of Object.entries(two(4))) files[`train/${path}`] = text;
    files['test/a/9.png'] = file(8, [1, 2, 3], 99);
    const { train, test, report } = await importFiles(files);
    assert.deepEqual([train.length, test.length, report.testWasDrawn], [8, 1, false]);
  });
});

describe('files that are no part of the set', () => {
  const files = {
    ...two(),
    'a/copy.png': file(8, [60, 60, 60], 3),
    'a/damaged.png': 'broken',
    'a/notes.txt': 'notes',
    'bb/other.png': file(8, [60, 60, 60], 5),
  };

  it('are named and skipped: damaged ones, copies, and what is no image', async () => {
    const { train, test, report } = await importFiles(files);
    assert.deepEqual(report.passedOver, [
      { path: 'a/notes.txt', reason: 'it is not an image file' },
      { path: 'a/copy.png', reason: 'it is a copy of a/3.png' },
      { path: 'a/damaged.png', reason: 'it is damaged or truncated' },
    ]);
    assert.equal(report.passedOverCount, 3);
    // A copy in another class is kept, since nobody knows which one is right.
    assert.equal(train.length + test.length, 25);
    assert.match(
      report.notices.join(),
      /1 image file is also in another class.*a\/5\.png and bb\/other\.png/,
    );
  });

  it('are fatal with strict, all of them in one message', async () => {
    await assert.rejects(importFiles(files, { strict: true }), (error: CoutureError) => {
      for (const name of ['a/notes.txt', 'a/copy.png', 'a/damaged.png', 'bb/other.png'])
        assert.ok(error.message.includes(name), error.message);
      return dataError(/^3 files would be skipped:/)(error);
    });
    await importFiles(two(), { strict: true });
  });

  it('may be all of a class, which is then none', async () => {
    const { train } = await importFiles({ ...two(), 'gone/1.png': 'broken' });
    assert.deepEqual(train.info.classNames, ['a', 'bb']);
    await assert.rejects(importFiles({ 'a/1.png': 'broken', 'b/1.png': 'broken' }), dataError(/damaged/));
  });

  it('in both splits are said', async () => {
    const leak = { 'train/a/1.png': file(4, [0, 0, 0]), 'train/b/1.png': file(4, [9, 9, 9]) };
    const { report, test } = await importFiles({ ...leak, 'test/a/x.png': leak['train/a/1.png'] });
    assert.match(report.notices.join(), /1 image file is in both .* train\/a\/1\.png and test\/a\/x\.png/);
    assert.equal(test.length, 1);
  });
});

describe('an import', () => {
  it('gives the same bytes and digest for any order on disk and any speed', async () => {
    const files = { ...two(20), 'a/b/c.png': file(8, [1, 1, 1], 200), 'a/damaged.png': 'broken' };
    const expected = await importFiles(files);
    const paths = Object.keys(files);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(paths, { minLength: paths.length }), async (order) => {
        const entries = entriesOf(
          Object.fromEntries(order.map((path) => [path, files[path as keyof typeof files]])),
        );
        const slow = async (bytes: Uint8Array, name: string) => {
          for (let i = 0; i < (name.length * bytes.length) % 7; i++) await Promise.resolve();
          return await decode(bytes, name);
        };
        const found = await importIntoMemory(await readFiles(entries, 'set'), 'set', slow);
        assert.deepEqual(found, expected);
      }),
      { numRuns: 20 },
    );
    const { splits, origin } = expected.train.info;
    assert.equal(splits.train?.length, expected.train.length);
    assert.equal(origin.kind, 'import');
  });

  it('has another digest for other content and options', async () => {
    const digestOf = async (files: Files, options: ImportOptions = {}) => {
      const { origin } = (await importFiles(files, options)).train.info;
      assert.equal(origin.kind, 'import');
      return origin.kind === 'import' ? origin.digest : '';
    };
    const digests = [
      await digestOf(two()),
      await digestOf({ ...two(), 'a/0.png': file(8, [60, 60, 60], 77) }),
      await digestOf({ ...two(), 'a/x.png': file(8, [60, 60, 60], 78) }),
      await digestOf(two(), { size: 4 }),
      await digestOf(two(), { invert: 'yes' }),
      await digestOf(two(), { trim: true }),
      await digestOf(two(), { testShare: 0.3 }),
    ];
    assert.equal(new Set(digests).size, digests.length);
  });

  it('inverts and trims only when asked, and writes down what it did', async () => {
    const plain = await importFiles(two());
    const inverted = await importFiles(two(), { invert: 'yes' });
    assert.deepEqual(plain.train.info.preprocessing.picture, {
      ...{ upright: true, ground: 'auto', invert: 'no', trim: false, fit: 'pad' },
    });
    assert.equal(inverted.train.info.preprocessing.picture.invert, 'yes');
    // The test split does not depend on how pictures are prepared.
    assert.deepEqual(
      inverted.test.images.map((value) => 255 - value),
      plain.test.images,
    );
  });

  it('stops when told to, and tells how far it is', async () => {
    const controller = new AbortController();
    const stages = new Set<string>();
    const onProgress = ({ stage, done }: { stage: string; done: number }) => {
      stages.add(stage);
      if (stage === 'read' && done === 5) controller.abort();
    };
    const stopped = importFiles(two(), { signal: controller.signal, onProgress });
    await assert.rejects(stopped, { name: 'CoutureError', kind: 'interrupted' });
    assert.deepEqual([...stages], ['look', 'read']);
  });
});
