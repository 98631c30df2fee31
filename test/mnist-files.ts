/**
 * A folder of data files that stand for MNIST's, whose unpacked bytes have no checksum in the registry: images made here, of
 * that number and size.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Images of the test split. */
export const TEST_IMAGES = 10_000;

const TRAIN_IMAGES = 60_000;

/** A bright bar at the height of the class, on some noise: learnt in one epoch, though not to perfection. */
export function image(index: number, label: number): Uint8Array {
  const pixels = new Uint8Array(784);
  for (let i = 0; i < 784; i++) pixels[i] = Math.imul(index * 784 + i + 1, 0x9e3779b1) >>> 26;
  const shown = index % 19 === 0 ? (label + 1) % 10 : label;
  pixels.fill(200, shown * 56 + 6, shown * 56 + 20);
  return pixels;
}

export const labelOf = (index: number): number => (index * 7) % 10;

/** Makes the folder with both splits. */
export async function writeMnistFiles(folder: string): Promise<void> {
  await mkdir(folder);
  await writeSplit(folder, 'train', TRAIN_IMAGES);
  await writeSplit(folder, 't10k', TEST_IMAGES);
}

async function writeSplit(folder: string, stem: string, count: number): Promise<void> {
  const images = Buffer.alloc(16 + count * 784);
  for (const [i, word] of [0x803, count, 28, 28].entries()) images.writeUInt32BE(word, i * 4);
  const labels = Buffer.alloc(8 + count);
  for (const [i, word] of [0x801, count].entries()) labels.writeUInt32BE(word, i * 4);
  for (let i = 0; i < count; i++) {
    images.set(image(i, labelOf(i)), 16 + i * 784);
    labels[8 + i] = labelOf(i);
  }
  await writeFile(join(folder, `${stem}-images-idx3-ubyte`), images);
  await writeFile(join(folder, `${stem}-labels-idx1-ubyte`), labels);
}
