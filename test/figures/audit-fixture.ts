/** A made-up audit with something of every kind, and the images that it is of. */

import type { Audit, AuditedImage } from '../../src/audit/audit.ts';
import { fork, keyFromSeed, RandomStream } from '../../src/core/philox.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { gray, makeDataset } from '../dataset-fixture.ts';

const classNames = ['Boot', 'Bag', 'Coat <&> "long"'];
const [height, width] = [6, 5];

function images(split: 'train' | 'test', length: number): Dataset {
  const random = new RandomStream(fork(keyFromSeed(3), split));
  const labels = Array.from({ length }, (_, i) => i % classNames.length);
  const pixels = new Uint8Array(length * height * width).map(() => random.nextBelow(256));
  return makeDataset(gray(height, width), classNames, pixels, labels, { name: 'made-up', split });
}

/** The splits of `madeUpAudit`. */
export const madeUpSplits = { train: images('train', 30), test: images('test', 12) };

const at = (split: 'train' | 'test', index: number): AuditedImage => ({
  split,
  index,
  label: madeUpSplits[split].labels[index],
});

const sums = (split: 'train' | 'test') => ({
  length: madeUpSplits[split].length,
  imagesSha256: `${split} images`,
  labelsSha256: `${split} labels`,
});

const suspect = (split: 'train' | 'test', index: number, loss: number) => ({
  ...at(split, index),
  suggested: (at(split, index).label + 1) % classNames.length,
  labelProbability: Math.exp(-loss),
  suggestedProbability: 0.95,
  loss,
});

/** Two groups of exact copies, three near pairs and five suspects. */
export const madeUpAudit: Audit = {
  version: 1,
  dataset: 'made-up',
  classNames,
  data: { train: sums('train'), test: sums('test') },
  duplicates: {
    threshold: 0.08,
    exact: [
      [at('train', 0), at('train', 3), at('test', 0)],
      [at('test', 1), at('test', 2)],
    ],
    near: [
      // The first is one of the group above: its copies are near to test 5 as well.
      { kind: 'near', first: at('train', 0), second: at('test', 5), distance: 0.01 },
      { kind: 'mirrored', first: at('train', 7), second: at('train', 10), distance: 0.03 },
      { kind: 'near', first: at('test', 7), second: at('test', 10), distance: 0.05 },
    ],
  },
  labels: {
    threshold: 0.02,
    recipe: null,
    folds: 3,
    epochs: 4,
    seed: 1,
    outOfFold: { train: { loss: 0.5, accuracy: 0.8 }, test: { loss: 0.4, accuracy: 0.75 } },
    suspects: [
      suspect('train', 12, 9),
      suspect('train', 13, 8),
      suspect('train', 14, 7),
      suspect('test', 5, 6),
      suspect('test', 9, 5),
    ],
  },
};
