import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dataError, entriesOf, listed } from '../../../test/reader-checks.ts';
import type { CoutureError } from '../../core/errors.ts';
import { readFiles } from './read.ts';

/** Reads a tree of files that hold nothing. */
async function read(...paths: string[]) {
  return await readFiles(entriesOf(Object.fromEntries(paths.map((path) => [path, '']))), 'photos');
}

describe('class folders', () => {
  it('are one tree whose folders name the classes, in natural order', async () => {
    const { train, test, format } = await read('dog/10.png', 'dog/9.PNG', 'cat/deep/er/x.jpg', 'cat/a.webp');
    assert.equal(format, 'folder');
    assert.equal(test, null);
    assert.deepEqual(listed(train), [
      'cat: cat/a.webp',
      'cat: cat/deep/er/x.jpg',
      'dog: dog/9.PNG',
      'dog: dog/10.png',
    ]);
  });

  it('are a tree for each split, by any of its names', async () => {
    for (const [first, last] of [
      ['train', 'test'],
      ['Training', 'TESTING'],
      ['train', 'val'],
      ['train', 'Validation'],
      ['training', 'valid'],
      ['train', 'dev'],
    ]) {
      const { train, test } = await read(`${first}/a/1.png`, `${first}/b/1.png`, `${last}/a/2.png`);
      assert.deepEqual(listed(train), [`a: ${first}/a/1.png`, `b: ${first}/b/1.png`]);
      assert.deepEqual(listed(test), [`a: ${last}/a/2.png`]);
    }
  });

  it('take a validation split for the test split where there is none, and else to the training images', async () => {
    const both = await read('train/a/1.png', 'train/b/1.png', 'val/a/2.png');
    assert.match(both.notices.join(), /no test split: the 1 validation images are used as the test split/);
    const all = await read('train/a/1.png', 'train/b/1.png', 'val/a/2.png', 'test/b/3.png');
    assert.deepEqual(listed(all.train).length, 3);
    assert.deepEqual(listed(all.test), ['b: test/b/3.png']);
    assert.match(all.notices.join(), /1 validation images are added to the training images/);
  });

  it('pass over what systems leave behind, and descend a single folder around all', async () => {
    const { train, passedOver } = await read(
      'my photos/2024/a/1.png',
      'my photos/2024/b/2.png',
      'my photos/2024/a/._1.png',
      'my photos/2024/a/.hidden/3.png',
      'my photos/2024/a/Thumbs.db',
      'my photos/2024/a/desktop.ini',
      '__MACOSX/my photos/2024/a/._1.png',
    );
    assert.deepEqual(listed(train), ['a: my photos/2024/a/1.png', 'b: my photos/2024/b/2.png']);
    assert.deepEqual(passedOver, []);
  });

  it('name what is no part of the set, and leave a README in peace', async () => {
    const { passedOver, train } = await read('README.md', 'a/1.png', 'a/notes.txt', 'b/1.png', 'stray.png');
    assert.equal(train.length, 2);
    assert.deepEqual(passedOver, [
      { path: 'a/notes.txt', reason: 'it is not an image file' },
      { path: 'stray.png', reason: 'it is in no class folder' },
    ]);
    const splits = await read('train/a/1.png', 'train/b/1.png', 'test/a/1.png', 'extra/c/1.png');
    assert.deepEqual(splits.passedOver, [
      { path: 'extra/c/1.png', reason: 'it is outside the folders of the splits' },
    ]);
  });

  it('say that test images without class folders have no labels', async () => {
    const { test, notices } = await read('train/a/1.png', 'train/b/1.png', 'test/1.png', 'test/2.png');
    assert.equal(test, null);
    assert.match(notices.join(), /test\/ has 2 images outside class folders/);
  });

  it('may be called train and test themselves', async () => {
    const { train } = await read('train/1.png', 'car/1.png', 'test/1.png');
    assert.deepEqual(listed(train), ['car: car/1.png', 'test: test/1.png', 'train: train/1.png']);
  });

  it('compose accents in one way', async () => {
    const { train } = await read('cafe\u0301/1.png', 'b/1.png');
    assert.equal(train.labelOf(1), 'caf\u00e9');
  });

  it('show the expected tree where it is wrong', async () => {
    const cases: [string[], RegExp][] = [
      [['1.png', '2.png'], /found images, but no class folders/],
      [['cat/1.png', 'cat/2.png'], /images, but no class folders|one class folder/],
      [['a.txt', 'b/c.txt'], /no images among 2 files/],
      [[], /found no files/],
      [['train/cat/1.png', 'test/cat/1.png'], /one class folder, cat, with 2 images/],
    ];
    for (const [paths, pattern] of cases) {
      await assert.rejects(read(...paths), (error: CoutureError) => {
        assert.match(error.hint ?? '', /cat\/ {2}1\.png {2}2\.png/);
        return dataError(pattern)(error);
      });
    }
    await assert.rejects(read('test/a/1.png', 'test/b/1.png'), dataError(/no training images/));
  });

  it('come out the same for any order on disk', async () => {
    const paths = [
      'b/1.png',
      'b/x.txt',
      'a/2.png',
      'a/10.png',
      'a/sub/3.jpg',
      'c.png',
      'z/._1.png',
      'z/1.webp',
    ];
    const expected = await read(...paths);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(paths, { minLength: paths.length }), async (order) => {
        const found = await read(...order);
        assert.deepEqual(listed(found.train), listed(expected.train));
        assert.deepEqual(found.passedOver, expected.passedOver);
      }),
    );
  });
});
