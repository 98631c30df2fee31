/**
 * Fashion-MNIST as contenders read it: plain bytes in a folder, in the split that both recipes draw from seed 1. Every
 * contender trains on the same 48,000 images, so that what is 0 in one network is 0 in all.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../src/data/dataset.ts';
import { splitOf } from '../src/data/split.ts';
import { openDataset } from '../src/platform/node/data/open-dataset.ts';
import { PIXELS } from './models.ts';

/** The environment variable that names the folder, and where contenders may keep files of their own. */
const FOLDER = 'COUTURE_BENCH_DATA';

export type Part = 'train' | 'validation' | 'test';

export interface Images {
  readonly images: Uint8Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** Writes the parts into a folder, and names it to the contenders that are started from then on. */
export async function writeImages(folder: string): Promise<void> {
  const { train, test } = await loadFashion();
  const split = splitOf({ validation: 0.2, seed: 1 }, train.length);
  const all = Uint32Array.from({ length: test.length }, (_, i) => i);
  writePart(folder, 'train', train, split.train);
  writePart(folder, 'validation', train, split.validation);
  writePart(folder, 'test', test, all);
  process.env[FOLDER] = folder;
}

/** Both splits as they were published. */
export async function loadFashion(): Promise<{ train: Dataset; test: Dataset }> {
  const dataset = await openDataset('fashion-mnist');
  return { train: await dataset.load('train'), test: await dataset.load('test') };
}

function writePart(folder: string, part: Part, { images, labels }: Dataset, indices: Uint32Array): void {
  const pixels = new Uint8Array(indices.length * PIXELS);
  indices.forEach((image, i) => {
    pixels.set(images.subarray(image * PIXELS, (image + 1) * PIXELS), i * PIXELS);
  });
  writeFileSync(join(folder, `${part}-images`), pixels);
  writeFileSync(
    join(folder, `${part}-labels`),
    Uint8Array.from(indices, (image) => labels[image]),
  );
}

/** The folder, in a contender. */
export function dataFolder(): string {
  const folder = process.env[FOLDER];
  if (!folder) throw new Error(`${FOLDER} does not name the folder of images.`);
  return folder;
}

/** A part, in a contender. */
export function readImages(part: Part): Images {
  const read = (what: string) => new Uint8Array(readFileSync(join(dataFolder(), `${part}-${what}`)));
  return { images: read('images'), labels: read('labels') };
}
