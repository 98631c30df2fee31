import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gray, infoFor, makeDataset } from '../../test/dataset-fixture.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Split } from '../data/split.ts';
import { checkTrainable, dataNotices } from './check-data.ts';
import { resolveConfig } from './config.ts';
import type { RunConfig, TrainSettings } from './settings.ts';

const classNames = ['boot', 'shirt', 'bag'];

/** Images of 2 x 2 pixels with these labels. */
function imagesOf(labels: readonly number[]): Dataset {
  return makeDataset(gray(2, 2), classNames, new Uint8Array(4 * labels.length), labels, { name: 'clothes' });
}

function configFor(settings: Partial<TrainSettings> = {}): RunConfig {
  return resolveConfig({ dataset: infoFor(gray(2, 2), classNames, 'clothes'), settings });
}

const many = imagesOf(Array.from({ length: 400 }, (_, i) => i % 3));

describe('a data set to train on', () => {
  it('is split where everything fits', () => {
    const { train, validation } = checkTrainable(configFor({ validation: 0.25 }), many);
    assert.deepEqual([train.length, validation.length], [300, 100]);
  });

  it('needs an image to validate with', () => {
    assert.throws(() => checkTrainable(configFor({ validation: 0.001 }), many), {
      kind: 'usage',
      message:
        'clothes has 400 training images, but the validation share 0.001 leaves none to validate with.',
      hint: 'Use more images or another --validation share.',
    });
  });

  it('needs an image to train on', () => {
    assert.throws(() => checkTrainable(configFor({ validation: 0.9 }), imagesOf([0])), {
      message: 'clothes has 1 training image, but the validation share 0.9 leaves none to train on.',
    });
    assert.throws(() => checkTrainable(configFor(), imagesOf([])), /0 training images, .* none to train on/);
  });

  it('needs two to train on with batch normalization', () => {
    const pair = imagesOf([0, 1]);
    assert.equal(checkTrainable(configFor({ validation: 0.5 }), pair).train.length, 1);
    assert.throws(() => checkTrainable(configFor({ validation: 0.5, norm: 'batch' }), pair), {
      kind: 'usage',
      message: /^clothes has only one image to train on, but batch normalization needs at least 2 in a batch/,
    });
  });

  it('has no label past the classes', () => {
    assert.throws(() => checkTrainable(configFor(), imagesOf([...many.labels, 3])), {
      kind: 'data',
      message: /label 3 of image 400 is out of range: there are 3 classes/,
    });
    // 259 would be class 3 in a byte, and 256 class 0.
    assert.throws(
      () => checkTrainable(configFor(), imagesOf([...many.labels, 256])),
      /label 256 of image 400/,
    );
  });

  it('has the shape and the classes of the config', () => {
    const other = { ...many, info: infoFor(gray(2, 2), ['boot', 'shirt'], 'pairs') };
    assert.throws(() => checkTrainable(configFor(), other), {
      kind: 'usage',
      message: /in 3 classes, but pairs has 2x2 gray in 2|in 3 classes, but pairs has .* in 2\./,
    });
  });
});

describe('what is said of the images beforehand', () => {
  const split = (train: readonly number[], validation: readonly number[]): Split => ({
    train: Uint32Array.from(train),
    validation: Uint32Array.from(validation),
  });

  it('is nothing where each class has images on both sides', () => {
    assert.deepEqual(dataNotices(split([0, 1, 2], [3, 4, 5]), imagesOf([0, 1, 2, 0, 1, 2])), []);
  });

  it('names a class without images, of a single one, and one that is held out as a whole', () => {
    assert.deepEqual(dataNotices(split([0, 1], [2, 3]), imagesOf([0, 1, 0, 0])), [
      'clothes has no training image of class bag.',
      'clothes has only one training image of class shirt.',
    ]);
    assert.deepEqual(dataNotices(split([0, 1], [2, 3, 4, 5]), imagesOf([0, 1, 2, 2, 0, 1])), [
      'All training images of class bag are held out for validation, so training sees none of them.',
    ]);
  });

  it('names the first of many classes alone', () => {
    const names = Array.from({ length: 300 }, (_, i) => `c${i}`);
    const images = makeDataset(gray(1, 1), names, new Uint8Array(300), [...names.keys()], { name: 'many' });
    const [notice, ...others] = dataNotices(split([...names.keys()], []), images);
    assert.deepEqual(others, []);
    assert.equal(
      notice,
      'many has only one training image of 300 classes (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 and 288 more).',
    );
  });
});
