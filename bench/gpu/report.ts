/**
 * Writes the tables of docs/gpu.md: `node bench/gpu/report.ts [FOLDER] [NOTE]`. FOLDER has what measure.sh left: couture.json,
 * and pytorch.json, jax-gpu.json and jax-cpu.json where these ran; they are kept as bench/results/gpu.json. Without FOLDER,
 * the tables are written again from there.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gpuFile, loadGpu, store } from '../store.ts';
import type { GpuFigures } from './figures-data.ts';
import { gpuBlocks } from './figures-page.ts';
import { writeBlock } from './page.ts';

const [folder, note] = process.argv.slice(2);

function read<Figures>(name: string): Figures | undefined {
  const path = join(folder, `${name}.json`);
  const text = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  // A peer that is not installed leaves an empty file.
  return text === '' ? undefined : JSON.parse(text);
}

if (folder !== undefined) {
  const couture = read<GpuFigures['couture']>('couture');
  if (couture === undefined) throw new Error(`${folder} has no couture.json: figures.ts prints it.`);
  store(gpuFile, {
    couture,
    pytorch: read('pytorch'),
    jaxGpu: read('jax-gpu'),
    jaxCpu: read('jax-cpu'),
    note,
  });
}
const stored = loadGpu();
if (stored === undefined) throw new Error(`There is no ${gpuFile}: name the folder of a measurement.`);
for (const [name, markdown] of Object.entries(gpuBlocks(stored))) writeBlock(name, markdown);
console.error('Wrote the tables of docs/gpu.md.');
