/**
 * Files in the form of MNIST's, whose unpacked bytes have no checksum in the registry: real input for commands that is
 * learnt in one epoch, though not to perfection.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SIZE = 784;
export const TEST_IMAGES = 10_000;

/** The label of an image, by its place in its file. */
export const barLabel = (index: number): number => (index * 7) % 10;

/** A bright bar at the height of the class, left of the middle, on some noise; in every 19th image that of the next class. */
export function barImage(index: number): Uint8Array {
  const pixels = new Uint8Array(SIZE);
  for (let i = 0; i < SIZE; i++) pixels[i] = Math.imul(index * SIZE + i + 1, 0x9e3779b1) >>> 26;
  const shown = (barLabel(index) + (index % 19 === 0 ? 1 : 0)) % 10;
  return pixels.fill(200, shown * 56 + 6, shown * 56 + 20);
}

/** Makes the folder and writes the four files of MNIST into it. */
export async function writeBars(
  folder: string,
  { train = 60_000, test = TEST_IMAGES }: { readonly train?: number; readonly test?: number } = {},
): Promise<void> {
  await mkdir(folder);
  await writeIdx(folder, 'train', train);
  await writeIdx(folder, 't10k', test);
}

async function writeIdx(folder: string, stem: string, count: number): Promise<void> {
  const images = Buffer.alloc(16 + count * SIZE);
  for (const [i, word] of [0x803, count, 28, 28].entries()) images.writeUInt32BE(word, i * 4);
  const labels = Buffer.alloc(8 + count);
  for (const [i, word] of [0x801, count].entries()) labels.writeUInt32BE(word, i * 4);
  for (let i = 0; i < count; i++) {
    images.set(barImage(i), 16 + i * SIZE);
    labels[8 + i] = barLabel(i);
  }
  await writeFile(join(folder, `${stem}-images-idx3-ubyte`), images);
  await writeFile(join(folder, `${stem}-labels-idx1-ubyte`), labels);
}
