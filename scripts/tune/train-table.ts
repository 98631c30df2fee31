/**
 * Trains all networks of the benchmark table (about 15 minutes on one core), and writes scripts/tune/table.csv.
 *
 *     node scripts/tune/train-table.ts
 */

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { selectImages } from '../../src/data/dataset.ts';
import { loadSplit } from '../../src/platform/node/data/load-split.ts';
import { createNodeBackend } from '../../src/platform/node/engine/backend.ts';
import { resolveConfig } from '../../src/train/config.ts';
import { train } from '../../src/train/train.ts';
import { isTrained, TABLE_IMAGES, TABLE_SEEDS, tablePoints, tableSettings } from './table-space.ts';

const path = process.argv[2] ?? fileURLToPath(new URL('table.csv', import.meta.url));

/** Losses above this one, and those of networks that diverged, are written as this; in thousandths of a nat. */
const WORST = 9999;

const { data } = resolveConfig({ recipe: 'baseline' });
const all = await loadSplit(data, 'train', {});
const dataset = selectImages(
  all,
  Uint32Array.from({ length: TABLE_IMAGES }, (_, index) => index),
);
const backend = await createNodeBackend({ backend: 'cpu', threads: 1 });

if (!existsSync(path)) {
  const day = new Date().toISOString().slice(0, 10);
  appendFileSync(
    path,
    `# ${day}, ${cpus()[0].model.trim()}, Node ${process.version}, ${backend.info.name} ${backend.info.variant}\n` +
      '# Each line: place of the point, seed, then the validation loss of each epoch in thousandths of a nat.\n',
  );
}
const done = new Set(
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(',', 2).join()),
);

for (const seed of TABLE_SEEDS)
  for (const [place, values] of tablePoints().entries()) {
    if (!isTrained(place, seed) || done.has(`${place},${seed}`)) continue;
    const config = resolveConfig({
      recipe: 'baseline',
      settings: { ...tableSettings(values), seed },
      dataset,
      backend: 'cpu',
    });
    const losses: number[] = [];
    try {
      for await (const event of train(config, { backend, dataset }))
        if (event.type === 'epoch') losses.push(event.metrics.validationLoss);
    } catch (error) {
      console.error(place, String(error));
    }
    const shown = losses.map((loss) =>
      Number.isFinite(loss) ? Math.min(WORST, Math.round(loss * 1000)) : WORST,
    );
    appendFileSync(path, `${[place, seed, ...shown].join()}\n`);
  }
await backend.dispose();
