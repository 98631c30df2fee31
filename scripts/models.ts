/**
 * Makes the models that come with the package: trains what is not trained yet into runs/train, for hours where nothing is,
 * and packs it into models/. Stopped and started again, it goes on where it was.
 *
 *     npm run models            all of them
 *     npm run models compact    one
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveConfig } from '../src/index.ts';
import { packRuns, trainOnce } from '../src/platform/node/runs.ts';
import { trainCommand } from '../src/report/train-command.ts';
import type { PackOptions } from '../src/runs/pack.ts';
import { MODEL_ENDING } from '../src/runs/shipped.ts';
import type { RecipeName } from '../src/train/recipes.ts';
import type { TrainSettings } from '../src/train/settings.ts';

/** What a model is packed from, and how. Which seeds was decided on validation images, see docs/accuracy.md. */
interface ModelRecipe {
  readonly runs: readonly { readonly recipe: RecipeName; readonly settings: Partial<TrainSettings> }[];
  readonly options: Pick<PackOptions, 'precision' | 'views' | 'calibrate' | 'title'>;
}

const seedsOf = (recipe: RecipeName, seeds: readonly number[], settings: Partial<TrainSettings> = {}) =>
  seeds.map((seed) => ({ recipe, settings: { ...settings, seed } }));

const models: Readonly<Record<string, ModelRecipe>> = {
  compact: {
    runs: seedsOf('compact', [1]),
    options: { precision: 'int8', calibrate: true, title: 'Fashion-MNIST in under 500 KB' },
  },
  'best-single': {
    runs: seedsOf('best-single', [2]),
    options: {
      precision: 'int8-blocks',
      calibrate: true,
      title: 'Fashion-MNIST by one network, in one pass',
    },
  },
  best: {
    runs: [...seedsOf('best-single', [1, 2, 3]), ...seedsOf('best-single', [1], { stem: 'diagonals' })],
    options: {
      ...{ precision: 'int8-blocks', views: { flip: true, shift: 1 }, calibrate: true },
      title: 'Fashion-MNIST by an ensemble that looks at every image ten times',
    },
  },
};

const folder = fileURLToPath(new URL('../models', import.meta.url));
const wanted = process.argv.slice(2);
for (const name of wanted)
  if (!Object.hasOwn(models, name)) throw new Error(`There is no model ${name}: ${Object.keys(models)}`);

for (const [name, { runs, options }] of Object.entries(models)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const trained = [];
  for (const { recipe, settings } of runs) {
    const config = resolveConfig({ recipe, settings });
    console.log(`${name}: ${trainCommand(config)}`);
    const { run } = await trainOnce({
      config,
      // The shipped bits are those of any machine.
      backend: 'cpu',
      onEvent: (event) => {
        if (event.type !== 'epoch') return;
        const { epoch, validationAccuracy } = event.metrics;
        console.log(`${name}: epoch ${epoch}, ${(100 * validationAccuracy).toFixed(2)}% on validation`);
      },
    });
    trained.push(run);
  }
  const { path, bytes, model } = await packRuns(trained, join(folder, name + MODEL_ENDING), options);
  console.log(
    `${path}: ${bytes} bytes, ${(100 * (model.card.test?.accuracy ?? Number.NaN)).toFixed(2)}% on test`,
  );
}
