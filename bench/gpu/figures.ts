/**
 * Couture's figures on one machine, on its GPU and its CPU, as one JSON document: `node bench/gpu/figures.ts DATA`. What is
 * printed on the way goes to standard error.
 */

import { availableParallelism, cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { COUTURE_VERSION } from '../../src/core/version.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { defaultDataset } from '../../src/data/registry.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { createWebGpuBackend } from '../../src/engine/webgpu/backend.ts';
import { Device } from '../../src/engine/webgpu/device.ts';
import { createNodeBackend } from '../../src/platform/node/engine/backend.ts';
import { nodeGpu } from '../../src/platform/node/engine/gpu.ts';
import { resolveConfig } from '../../src/train/config.ts';
import type { RecipeName } from '../../src/train/recipes.ts';
import { train } from '../../src/train/train.ts';
import { describeGpu } from './adapter.ts';
import { measureChoices } from './choices.ts';
import { dispatchCost } from './kernels.ts';
import { frozenTask, type Images, imagesFrom, stepFlop, type Task, tasks } from './networks.ts';
import { inferSeconds, stepSeconds } from './steps.ts';

const [folder = ''] = process.argv.slice(2);
const { SMOKE_LIGHT, FIGURES_SECONDS } = process.env;
const light = SMOKE_LIGHT === '1';
const seconds = Number(FIGURES_SECONDS ?? 200);
const began = performance.now();
const say = (text: string) => console.error(`${((performance.now() - began) / 1000).toFixed(1)} s: ${text}`);
const late = () => (performance.now() - began) / 1000 > seconds;

const data = imagesFrom(folder, 'train', light ? 640 : 48_000);
/** The document. */
const found = new Map<string, unknown>(
  Object.entries({
    date: new Date().toISOString().slice(0, 10),
    couture: COUTURE_VERSION,
    node: process.versions.node,
    processor: cpus()[0]?.model,
    threads: availableParallelism(),
    data: data.source,
  }),
);

const makers = {
  gpu: async () => createWebGpuBackend(await nodeGpu()),
  // A light run is one on a software adapter, whose own kernels have no half precision.
  'gpu, fast': async () =>
    createWebGpuBackend(await nodeGpu(), { fast: true, ...(light && { plain: false }) }),
  cpu: () => createNodeBackend({ backend: 'wasm' }),
  'cpu, fast': () => createNodeBackend({ backend: 'wasm', fast: true }),
} as const satisfies Readonly<Record<string, () => Promise<Backend>>>;

async function stepsOf(backend: Backend, task: Task, onGpu: boolean) {
  const shorter = onGpu ? task.steps : Math.max(2, Math.round(task.steps / 15));
  const each = await stepSeconds(backend, { ...task, steps: light ? 2 : shorter }, data, light ? 1 : 5);
  const tflops = stepFlop(task) / each / 1e12;
  say(
    `${task.name} at ${task.batchSize}: ${(each * 1e6).toFixed(0)} µs a step, ${tflops.toFixed(2)} TFLOP/s`,
  );
  return { name: task.name, batchSize: task.batchSize, microseconds: each * 1e6, tflops };
}

for (const [name, make] of Object.entries(makers)) {
  if (late()) continue;
  try {
    const backend = await make();
    say(`${name}: ${backend.info.variant}, threads ${backend.info.threads}`);
    const steps = [];
    const all = [...tasks, ...(name.includes('fast') ? [] : [frozenTask])];
    for (const task of light ? [tasks[0], frozenTask] : all)
      steps.push(await stepsOf(backend, task, name.startsWith('gpu')));
    const predict: Record<string, number> = {};
    for (const count of light ? [1] : [1, 10_000])
      predict[count] = 1e6 * (await inferSeconds(backend, tasks[1], data, count, light ? 1 : 30));
    say(`predict with B, µs: ${JSON.stringify(predict)}`);
    found.set(name, { info: backend.info, steps, predictMicroseconds: predict });
    await backend.dispose();
  } catch (error) {
    found.set(`${name} failed`, String(error));
    say(`${name} failed: ${String(error)}`);
  }
}

/** A whole run of a recipe on the images that are there. */
async function runOf(
  recipe: RecipeName,
  seed: number,
  images: Images,
  backend: Backend,
  { epochs, on = 'gpu' }: { readonly epochs?: number | undefined; readonly on?: string } = {},
) {
  const settings = { seed, ...(epochs !== undefined && { epochs }) };
  const config = resolveConfig({ recipe, settings });
  const dataset: Dataset = { info: defaultDataset, split: 'train', ...images };
  const start = performance.now();
  let accuracy = 0;
  let loss = 0;
  let count = 0;
  for await (const event of train(config, { backend, dataset })) {
    if (event.type !== 'epoch') continue;
    count++;
    accuracy = event.metrics.validationAccuracy;
    loss = event.metrics.validationLoss;
  }
  const took = (performance.now() - start) / 1000;
  say(
    `${on}: ${recipe} seed ${seed}: ${count} epochs in ${took.toFixed(1)} s, accuracy ${accuracy.toFixed(4)}`,
  );
  return { on, recipe, seed, epochs: count, seconds: took, accuracy, loss, images: images.source };
}

const all = imagesFrom(folder, 'train', light ? 640 : 60_000);
const runs: unknown[] = [];
const plan: readonly (readonly [keyof typeof makers, RecipeName, number, number?])[] = light
  ? [
      ['gpu', 'baseline', 1, 1],
      ['gpu, fast', 'baseline', 1, 1],
    ]
  : [
      ['gpu', 'baseline', 1],
      ['gpu', 'best-single', 1],
      ['gpu', 'best-single', 2],
      ['gpu', 'best-single', 3],
      ['gpu', 'deeper', 1],
      ['gpu, fast', 'best-single', 1],
      ['gpu, fast', 'deeper', 1],
      ['cpu', 'baseline', 1],
      ['cpu', 'best-single', 1, 3],
    ];
/** A part that fails says so, and the next one runs. */
async function part(name: string, run: () => Promise<void>): Promise<void> {
  if (late()) return;
  try {
    await run();
  } catch (error) {
    found.set(`${name} failed`, error instanceof Error ? error.stack : String(error));
    say(`${name} failed: ${String(error)}`);
  }
}
for (const [on, recipe, seed, epochs] of plan)
  await part(`${on}, ${recipe}, seed ${seed}`, async () => {
    const backend = await makers[on]();
    runs.push(await runOf(recipe, seed, all, backend, { epochs, on }));
    await backend.dispose();
  });
found.set('runs', runs);
await part('choices', async () => {
  found.set('choices', await measureChoices(all, { light, say, late }));
});
await part('adapter', async () => {
  found.set('adapter', await describeGpu());
  const device = await Device.open(await nodeGpu());
  found.set('dispatchMicroseconds', await dispatchCost(device, 1, light ? 10 : 4000));
  device.dispose();
});
found.set('seconds', Math.round((performance.now() - began) / 1000));
process.stdout.write(`${JSON.stringify(Object.fromEntries(found))}\n`);
