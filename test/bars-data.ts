/**
 * Image files in the form of MNIST's, which can be learnt in one epoch: MNIST's files have no checksum of their unpacked
 * bytes in the registry, so that files of their shape are taken from a folder.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const TEST_IMAGES = 10_000;

/** A bright bar at the height of the class, on some noise: learnt in one epoch, though not to perfection. */
export function barImage(index: number, label: number): Uint8Array {
  const pixels = new Uint8Array(784);
  for (let i = 0; i < 784; i++) pixels[i] = Math.imul(index * 784 + i + 1, 0x9e3779b1) >>> 26;
  const shown = index % 19 === 0 ? (label + 1) % 10 : label;
  pixels.fill(200, shown * 56 + 6, shown * 56 + 20);
  return pixels;
}

/** The label of an image, by its place in its file. */
export const barLabel = (index: number): number => (index * 7) % 10;

/** Writes the four files of MNIST into a folder, which is made. */
export async function writeBars(folder: string): Promise<void> {
  await mkdir(folder);
  await writeIdx(folder, 'train', 60_000);
  await writeIdx(folder, 't10k', TEST_IMAGES);
}

async function writeIdx(folder: string, stem: string, count: number): Promise<void> {
  const images = Buffer.alloc(16 + count * 784);
  for (const [i, word] of [0x803, count, 28, 28].entries()) images.writeUInt32BE(word, i * 4);
  const labels = Buffer.alloc(8 + count);
  for (const [i, word] of [0x801, count].entries()) labels.writeUInt32BE(word, i * 4);
  for (let i = 0; i < count; i++) {
    images.set(barImage(i, barLabel(i)), 16 + i * 784);
    labels[8 + i] = barLabel(i);
  }
  await writeFile(join(folder, `${stem}-images-idx3-ubyte`), images);
  await writeFile(join(folder, `${stem}-labels-idx1-ubyte`), labels);
}
