/**
 * Couture's figures on one machine, on its GPU and its CPU, as one JSON document: `node bench/gpu/figures.ts DATA`. What is
 * printed on the way goes to standard error.
 */

import { availableParallelism, cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
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
import { dispatchCost } from './kernels.ts';
import { type Images, imagesFrom, stepFlop, type Task, tasks } from './networks.ts';
import { inferSeconds, stepSeconds } from './steps.ts';

const [folder = ''] = process.argv.slice(2);
const { SMOKE_LIGHT, FIGURES_SECONDS } = process.env;
const light = SMOKE_LIGHT === '1';
const seconds = Number(FIGURES_SECONDS ?? 150);
const began = performance.now();
const say = (text: string) => console.error(`${((performance.now() - began) / 1000).toFixed(1)} s: ${text}`);
const late = () => (performance.now() - began) / 1000 > seconds;

const data = imagesFrom(folder, 'train', light ? 640 : 48_000);
/** The document. */
const found = new Map<string, unknown>(
  Object.entries({
    node: process.versions.node,
    processor: cpus()[0]?.model,
    threads: availableParallelism(),
    data: data.source,
  }),
);

const makers = {
  gpu: async () => createWebGpuBackend(await nodeGpu()),
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
    for (const task of light ? tasks.slice(0, 1) : tasks)
      steps.push(await stepsOf(backend, task, name === 'gpu'));
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
async function runOf(recipe: RecipeName, seed: number, images: Images, backend: Backend, epochs?: number) {
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
  say(`${recipe} seed ${seed}: ${count} epochs in ${took.toFixed(1)} s, accuracy ${accuracy.toFixed(4)}`);
  return { recipe, seed, epochs: count, seconds: took, accuracy, loss, images: images.source };
}

const all = imagesFrom(folder, 'train', light ? 640 : 60_000);
const runs: unknown[] = [];
try {
  const gpu = await makers.gpu();
  runs.push(await runOf('baseline', 1, all, gpu, light ? 1 : undefined));
  if (!light)
    for (const seed of [1, 2, 3]) if (!late()) runs.push(await runOf('best-single', seed, all, gpu));
  if (!light && !late()) runs.push(await runOf('deeper', 1, all, gpu));
  await gpu.dispose();
  const cpu = await makers.cpu();
  if (!light && !late()) runs.push({ cpu: await runOf('baseline', 1, all, cpu) });
  if (!light && !late()) runs.push({ cpu: await runOf('best-single', 1, all, cpu, 3) });
  await cpu.dispose();
} catch (error) {
  found.set('runs failed', error instanceof Error ? error.stack : String(error));
  say(`a run failed: ${String(error)}`);
}
found.set('runs', runs);
const device = await Device.open(await nodeGpu());
found.set('adapter', device.name);
found.set('dispatchMicroseconds', await dispatchCost(device, 1, light ? 10 : 4000));
device.dispose();
process.stdout.write(`${JSON.stringify(Object.fromEntries(found))}\n`);
