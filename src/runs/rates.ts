/** The learning-rate finder with its data and its folder. */

import { describeSplit } from '../data/checksums.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkRateRange, findRate, type RateRange } from '../train/find-rate.ts';
import type { RateCurve } from '../train/rate-curve.ts';
import type { RunConfig } from '../train/settings.ts';
import { NetworkTeacher } from '../use/network-teacher.ts';
import { figureFormats, themeOf, writeFigure } from './figure-files.ts';
import { formatJson } from './json.ts';
import { checkOutput } from './output.ts';
import { documentOf, type EngineOptions, type RunDataOptions, type RunPlatform } from './platform.ts';
import { checkRunName, standardRunName } from './run-folder.ts';
import type { Paths } from './store.ts';
import { loadTeachers, openTeachers } from './teacher-models.ts';

/** Folder of the curves, with a folder for each. */
export function ratesFolder({ join }: Paths): string {
  return join('runs', 'lr-find');
}

/** Options of the finder. */
export interface FindRunRateOptions extends RateRange, EngineOptions, RunDataOptions {
  /** Folder of curves, and the name in it: by default the recipe (or `custom`) and the seed. */
  readonly root?: string | undefined;
  readonly name?: string | undefined;
  readonly onStep?: ((done: number, steps: number, rate: number) => void) | undefined;
}

/** A curve and its files. */
export interface WrittenRates {
  readonly curve: RateCurve;
  /** lr-find.json, with everything needed to repeat the curve. */
  readonly path: string;
  /** The plot: an SVG and a PNG, if the platform can make them. */
  readonly figures: readonly string[];
}

/**
 * Finds a learning rate on the training images of this config and stores the curve, replacing an earlier one
 * of the same name.
 * @throws CoutureError like `findRate`, and of kind `data` when files are missing or wrong; nothing is
 * written then
 */
export async function findRunRate(
  platform: RunPlatform,
  config: RunConfig,
  {
    root = ratesFolder(platform.store.paths),
    name = standardRunName(config),
    ...options
  }: FindRunRateOptions = {},
): Promise<WrittenRates> {
  checkRunName(name);
  checkRateRange(options);
  const folder = platform.store.paths.join(root, name);
  const teachers = await openTeachers(platform, config);
  const dataset = await platform.loadSplit(config.data, 'train', options);
  const networks = await loadTeachers(teachers, dataset);
  const { backend: engine, threads, signal, onStep, startRate, endRate, steps } = options;
  const { fast } = config.settings;
  const backend = await platform.createBackend({ backend: engine, threads, fast });
  try {
    const range = { startRate, endRate, steps };
    // It is disposed of with the backend.
    const teacher = networks && (await NetworkTeacher.create(networks.models, backend));
    const curve = await findRate(config, { backend, dataset, teacher, ...range, signal, onStep });
    return { curve, ...(await write(platform, folder, curve, config, dataset)) };
  } finally {
    await backend.dispose();
  }
}

async function write(
  platform: RunPlatform,
  folder: string,
  curve: RateCurve,
  config: RunConfig,
  dataset: Dataset,
): Promise<Omit<WrittenRates, 'curve'>> {
  const { store } = platform;
  const { join, basename } = store.paths;
  const { optimizer, batchSize } = config.settings;
  const facts = `${basename(folder)}, ${dataset.info.name}, ${optimizer}, batches of ${batchSize}`;
  const figures: string[] = [];
  // Not before the work: a search that is interrupted leaves nothing behind.
  for (const ending of ['json', ...figureFormats(platform)])
    await checkOutput(platform, join(folder, `lr-find.${ending}`));
  for (const format of figureFormats(platform)) {
    // Loaded here: what draws charts is most of what this file would bring along.
    const { drawRates } = await import('../figures/rates.ts');
    const path = join(folder, `lr-find.${format}`);
    const document = await documentOf(platform);
    await writeFigure(platform, path, drawRates(curve, { document, theme: themeOf(format), facts }), format);
    figures.push(path);
  }
  const path = join(folder, 'lr-find.json');
  await store.write(path, formatJson({ version: 1, config, data: await describeSplit(dataset), ...curve }));
  return { path, figures };
}
