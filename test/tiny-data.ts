/** A data set that is learned within a second: a bright bar at the height of the class, on noise, in 6x6 pixels. */

import { fork, keyFromSeed, RandomStream } from '../src/core/philox.ts';
import type { Dataset, SplitName } from '../src/data/dataset.ts';
import { makeDataset } from './dataset-fixture.ts';

const SIDE = 6;
const classNames = ['top', 'middle', 'bottom'];

function tinySplit(split: SplitName, length: number): Dataset {
  const random = new RandomStream(fork(keyFromSeed(11), split));
  const labels = Array.from({ length }, (_, i) => i % classNames.length);
  const images = Uint8Array.from({ length: length * SIDE * SIDE }, (_, i) => {
    const row = Math.floor((i % (SIDE * SIDE)) / SIDE);
    const bright = row >> 1 === labels[Math.floor(i / (SIDE * SIDE))];
    return random.nextBelow(120) + (bright ? 60 : 0);
  });
  return makeDataset({ height: SIDE, width: SIDE, channels: 1 }, classNames, images, labels, {
    name: 'tiny',
    split,
  });
}

/** Its 120 training images. */
export const tinyTrain = tinySplit('train', 120);
/** Its 45 test images. */
export const tinyTest = tinySplit('test', 45);
