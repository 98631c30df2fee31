/**
 * The table of the demonstrations in docs/own-images.md: runs beside scikit-learn's MLPClassifier on the same images.
 *
 *     node scripts/demos/table.ts FOLDER        FOLDER holds runs/train/NAME, and NAME.sklearn.json as sklearn_mlp.py prints it
 *
 * The runs are named as `rows` says. What is missing is left out of the table.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdownTable } from 'markdown-table';
import { writeTable } from '../../src/cli/document.ts';
import { provenance } from '../../src/cli/measured-table.ts';
import { duration, percent } from '../../src/cli/ui/format.ts';
import type { Environment } from '../../src/runs/environment.ts';
import type { RunMetrics } from '../../src/runs/metrics.ts';

/** Runs by the commands that make them. */
const rows = [
  { run: 'letters', set: 'letters A to J of 60 font families', flags: '' },
  { run: 'letters-moved', set: 'letters', flags: '--shift 2 --rotate 10 --zoom 0.1' },
  { run: 'emoji', set: 'emoji by group, color', flags: '' },
  { run: 'emoji-fast-90', set: 'emoji', flags: '--recipe fast-90' },
  { run: 'mnist', set: 'MNIST', flags: '' },
  { run: 'mnist-fast-90', set: 'MNIST', flags: '--recipe fast-90' },
  { run: 'mnist-baseline', set: 'MNIST', flags: '--recipe baseline --epochs 10' },
] as const;

/** What sklearn_mlp.py prints, as far as it is used. */
interface Sklearn {
  readonly sklearn: string;
  readonly runs: readonly {
    readonly testAccuracy: number;
    readonly seconds: number;
    readonly epochs: number;
  }[];
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node scripts/demos/table.ts FOLDER');

const read = (path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8'));
const cells = [
  [
    'images',
    'flags of `couture train`',
    'test accuracy',
    '95% interval',
    'training',
    'MLPClassifier',
    'training',
  ],
];
const envs: Environment[] = [];
const versions = new Set<string>();
for (const { run, set, flags } of rows) {
  if (!existsSync(join(folder, 'runs/train', run, 'metrics.json'))) continue;
  const metrics: RunMetrics = read(`runs/train/${run}/metrics.json`);
  envs.push(read(`runs/train/${run}/env.json`));
  const { low, high } = metrics.testInterval;
  const peer: Sklearn | undefined = existsSync(join(folder, `${run}.sklearn.json`))
    ? read(`${run}.sklearn.json`)
    : undefined;
  if (peer !== undefined) versions.add(peer.sklearn);
  cells.push([
    set,
    flags === '' ? 'none' : `\`${flags}\``,
    `**${percent(metrics.testAccuracy)}**`,
    `${percent(low, 1)} to ${percent(high, 1)}`,
    `${metrics.epochs} epochs, ${duration(metrics.seconds)}`,
    peer === undefined ? '' : percent(peer.runs[0].testAccuracy),
    peer === undefined ? '' : `${peer.runs[0].epochs} epochs, ${duration(peer.runs[0].seconds)}`,
  ]);
}
const source = provenance('node scripts/demos/table.ts', envs);
const table = `${markdownTable(cells)}\n\n${source} scikit-learn ${[...versions].join(', ')}, NumPy on OpenBLAS, 2 threads. Other programs ran on the machine.`;
const path = fileURLToPath(new URL('../../docs/own-images.md', import.meta.url));
await writeTable({ path, block: 'demos' }, table, { err: console.error });
