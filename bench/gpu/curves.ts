/**
 * Trains recipes with one seed on the CPU and on the GPU, and with fast kernels and with another seed on the CPU, and puts the curves over one
 * another: `npm run gpu-curves -- [--recipes NAMES] [--epochs N] [--render]`. Writes docs/gpu-curves.svg, its block in
 * docs/gpu.md, and bench/results/gpu-curves.json, which is stored after each training.
 */

import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { COUTURE_VERSION } from '../../src/core/version.ts';
import { openDataset } from '../../src/platform/node/data/open-dataset.ts';
import { createNodeBackend } from '../../src/platform/node/engine/backend.ts';
import { resolveConfig } from '../../src/train/config.ts';
import { isRecipeName, type RecipeName } from '../../src/train/recipes.ts';
import { train } from '../../src/train/train.ts';
import { describeMachine } from '../machine.ts';
import { curvesFile, loadCurves, store } from '../store.ts';
import { describeGpu } from './adapter.ts';
import type { Curve, CurvePoint } from './curves-data.ts';
import { writeCurves } from './curves-page.ts';

/**
 * One seed on both. What differs by rounding alone (the fast kernels of the CPU) and by the seed gives the scale of their
 * difference.
 */
const plan = [
  { backend: 'cpu', seed: 1, fast: false },
  { backend: 'cpu', seed: 1, fast: true },
  { backend: 'cpu', seed: 2, fast: false },
  { backend: 'gpu', seed: 1, fast: false },
] as const;

const { values } = parseArgs({
  options: {
    recipes: { type: 'string', default: 'baseline,deeper' },
    epochs: { type: 'string' },
    render: { type: 'boolean', default: false },
  },
});

async function curveOf(
  recipe: RecipeName,
  { backend: kind, seed, fast }: (typeof plan)[number],
): Promise<Curve> {
  const epochs = values.epochs === undefined ? {} : { epochs: Number(values.epochs) };
  const config = resolveConfig({ recipe, settings: { seed, ...epochs } });
  const dataset = await (await openDataset('fashion-mnist')).load('train');
  const backend = await createNodeBackend({ backend: kind, fast });
  try {
    const began = performance.now();
    const history: CurvePoint[] = [];
    for await (const event of train(config, { backend, dataset })) {
      if (event.type !== 'epoch') continue;
      const { epoch, trainLoss, validationLoss, validationAccuracy } = event.metrics;
      history.push({ epoch, trainLoss, validationLoss, validationAccuracy });
      const seconds = Math.round((performance.now() - began) / 1000);
      console.error(`${recipe}, ${kind}, seed ${seed}, epoch ${epoch}: ${validationLoss}, ${seconds} s`);
    }
    return { recipe, backend: kind, seed, fast, seconds: (performance.now() - began) / 1000, history };
  } finally {
    await backend.dispose();
  }
}

if (!values.render) {
  const recipes = values.recipes.split(',').filter(isRecipeName);
  const about = {
    ...{ date: new Date().toISOString().slice(0, 10), machine: describeMachine() },
    ...{ couture: COUTURE_VERSION, node: process.versions.node, gpu: await describeGpu() },
  };
  // Recipes can be trained one after the other.
  let curves = (loadCurves()?.curves ?? []).filter(({ recipe }) => !recipes.some((name) => name === recipe));
  for (const recipe of recipes)
    for (const each of plan) {
      curves = [...curves, await curveOf(recipe, each)];
      store(curvesFile, { ...about, curves });
    }
}
const stored = loadCurves();
if (stored === undefined) throw new Error(`There is no ${curvesFile}: run this without --render.`);
writeCurves(stored);
console.error('Wrote docs/gpu-curves.svg and its block in docs/gpu.md.');
// A GPU that was disposed of leaves handles of its driver behind.
process.exit(0);
