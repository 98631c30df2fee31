/**
 * The pictures of examples/: test images of Fashion-MNIST as they are (boot.png), cut out and enlarged (pullover.png), and as
 * a photograph (trouser.jpg). `node scripts/example-pictures.ts` writes the same bytes again.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { imageAt, selectImages } from '../src/data/dataset.ts';
import { openDataset } from '../src/node.ts';
import { cutOuts, photographs } from './photographs/cases.ts';

const folder = fileURLToPath(new URL('../examples/pictures', import.meta.url));
await mkdir(folder, { recursive: true });
const test = await (await openDataset('fashion-mnist')).load('test');
const { height, width } = test.info.shape;

/** The test image with this number, as a data set. */
const only = (index: number) => selectImages(test, Uint32Array.of(index));

const boot = sharp(imageAt(test, 0), { raw: { width, height, channels: 1 } }).png();
await writeFile(join(folder, 'boot.png'), await boot.toBuffer());
for await (const { encoded } of cutOuts(only(1), 1)) await writeFile(join(folder, 'pullover.png'), encoded);
for await (const { encoded } of photographs(only(2), 1, 3))
  await writeFile(join(folder, 'trouser.jpg'), encoded);
