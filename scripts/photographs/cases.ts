/** The pictures that preprocessing is measured on, as encoded files: photographs, cut-outs, and images as they are. */

import sharp from 'sharp';
import { keyFromSeed } from '../../src/core/philox.ts';
import { type Dataset, imageAt } from '../../src/data/dataset.ts';
import { composePhotograph, cutOut } from './compose.ts';

/** Classes whose things one can see through: by their straps and handles. */
const OPEN = new Set(['Sandal', 'Bag']);

/** A picture, the class of what it shows, and the groups that it counts in. */
export interface Case {
  readonly encoded: Uint8Array;
  readonly label: number;
  readonly groups: readonly string[];
}

/** Photographs of the first images of a data set. */
export async function* photographs(dataset: Dataset, count: number, seed: number): AsyncGenerator<Case> {
  for (let i = 0; i < count; i++) {
    const label = dataset.labels[i];
    const open = OPEN.has(dataset.info.classNames[label]);
    const photograph = composePhotograph(imageAt(dataset, i), open, keyFromSeed(seed), i);
    const { data, width, height, ground, polarity, shadow, scale, jpegQuality } = photograph;
    const encoded = await sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: jpegQuality })
      .toBuffer();
    const size = scale < 0.4 ? 'small, under 0.4' : scale < 0.65 ? 'medium, 0.4 to 0.65' : 'large, over 0.65';
    const groups = [
      'all photographs',
      polarity,
      `on ${ground}`,
      shadow ? 'with a shadow' : 'without a shadow',
      size,
    ];
    yield { encoded, label, groups };
  }
}

/** Transparent PNGs of things cut out, in the tones that a shop's photograph has, with a margin. */
export async function* cutOuts(dataset: Dataset, count: number): AsyncGenerator<Case> {
  const [side, margin] = [28, 6];
  const width = side + 2 * margin;
  for (let i = 0; i < count; i++) {
    const label = dataset.labels[i];
    const { alpha, tones } = cutOut(imageAt(dataset, i), OPEN.has(dataset.info.classNames[label]));
    const data = new Uint8Array(width * width * 4);
    alpha.forEach((a, k) => {
      const to = ((Math.floor(k / side) + margin) * width + (k % side) + margin) * 4;
      data.fill(255 - tones[k], to, to + 3);
      data[to + 3] = Math.round(a * 255);
    });
    const encoded = await sharp(data, { raw: { width, height: width, channels: 4 } })
      .resize(width * 8, width * 8, { kernel: 'linear' })
      .png()
      .toBuffer();
    yield { encoded, label, groups: ['cut-outs'] };
  }
}

/** Images as gray PNGs of their own size. */
export async function* plainImages(dataset: Dataset, count: number): AsyncGenerator<Case> {
  const { height, width } = dataset.info.shape;
  for (let i = 0; i < count; i++) {
    const encoded = await sharp(imageAt(dataset, i), { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .png({ compressionLevel: 1 })
      .toBuffer();
    yield { encoded, label: dataset.labels[i], groups: ['plain images'] };
  }
}
