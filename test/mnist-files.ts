/**
 * Files in the shape of MNIST's, whose unpacked bytes have no checksum in the registry: real input for commands that is
 * learnt in a few steps.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SIZE = 784;

/** The label of an image. */
export const labelOf = (index: number): number => (index * 7) % 10;

/** A bright bar at the height of the class, left of the middle, on some noise; in every fifth image that of another. */
export function imageOf(index: number): Uint8Array {
  const pixels = new Uint8Array(SIZE);
  for (let i = 0; i < SIZE; i++) pixels[i] = Math.imul(index * SIZE + i + 1, 0x9e3779b1) >>> 26;
  const shown = (labelOf(index) + (index % 5 === 0 ? index % 9 : 0)) % 10;
  return pixels.fill(200, shown * 56 + 4, shown * 56 + 13);
}

/** Makes the folder and writes both splits into it. */
export async function writeMnist(folder: string): Promise<void> {
  await mkdir(folder);
  for (const [stem, count] of [
    ['train', 60_000],
    ['t10k', 10_000],
  ] as const) {
    const images = Buffer.alloc(16 + count * SIZE);
    for (const [i, word] of [0x803, count, 28, 28].entries()) images.writeUInt32BE(word, i * 4);
    const labels = Buffer.alloc(8 + count);
    for (const [i, word] of [0x801, count].entries()) labels.writeUInt32BE(word, i * 4);
    for (let i = 0; i < count; i++) {
      images.set(imageOf(i), 16 + i * SIZE);
      labels[8 + i] = labelOf(i);
    }
    await writeFile(join(folder, `${stem}-images-idx3-ubyte`), images);
    await writeFile(join(folder, `${stem}-labels-idx1-ubyte`), labels);
  }
}
