/**
 * The images of a run as NumPy files, so that other tools learn from the same ones: x_train, y_train, x_val, y_val, x_test
 * and y_test, as bytes and int32 labels. The validation images are those that the run held out.
 *
 *     node scripts/demos/arrays.ts RUN OUT
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dataset, selectImages } from '../../src/data/dataset.ts';
import { splitOf } from '../../src/data/split.ts';
import { loadSplit } from '../../src/platform/node/data/load-split.ts';
import { openRun } from '../../src/platform/node/runs.ts';

const [name, out] = process.argv.slice(2);
if (out === undefined) throw new Error('Usage: node scripts/demos/arrays.ts RUN OUT');

const { config } = await openRun(name);
const whole = await loadSplit(config.data, 'train', {});
const { train, validation } = splitOf(config.settings, whole.length);
await mkdir(out, { recursive: true });
await write('train', selectImages(whole, train));
await write('val', selectImages(whole, validation));
await write('test', await loadSplit(config.data, 'test', {}));

async function write(split: string, { info, images, labels, length }: Dataset): Promise<void> {
  const { height, width, channels } = info.shape;
  await writeArray(`x_${split}`, '|u1', [length, height, width, channels], images);
  await writeArray(`y_${split}`, '<i4', [length], new Uint8Array(Int32Array.from(labels).buffer));
}

/** Version 1.0 of NumPy's format: magic number, length of the header, header, bytes. */
async function writeArray(file: string, type: string, shape: readonly number[], bytes: Uint8Array) {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const padded = `${text.padEnd(128 * Math.ceil((text.length + 11) / 128) - 11)}\n`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, padded.length & 255, padded.length >> 8]);
  await writeFile(join(out, `${file}.npy`), Buffer.concat([start, Buffer.from(padded), bytes]));
}
