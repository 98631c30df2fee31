/**
 * What a GPU here is and whether the backend runs on it, in about a minute: `node bench/gpu/smoke.ts DATA`. Each part
 * prints as it goes; a part that fails says so and the next one runs.
 */

import { performance } from 'node:perf_hooks';
import type { Backend } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { createWebGpuBackend } from '../../src/engine/webgpu/backend.ts';
import { Device } from '../../src/engine/webgpu/device.ts';
import { createNodeBackend } from '../../src/platform/node/engine/backend.ts';
import { nodeGpu } from '../../src/platform/node/engine/gpu.ts';
import { agreementCases, compareCases } from '../../test/contract/agreement.ts';
import { dispatchCost, otherTiles, productCost, stepProfile, tiles } from './kernels.ts';
import { imagesFrom, stepFlop, tasks } from './networks.ts';
import { begin, inferSeconds, stepSeconds } from './steps.ts';

const [folder = '', only = ''] = process.argv.slice(2);
const { SMOKE_SECONDS, SMOKE_LIGHT } = process.env;
const began = performance.now();
const limit = Number(SMOKE_SECONDS ?? 85);
const light = SMOKE_LIGHT === '1';

async function part(name: string, run: () => Promise<void>): Promise<void> {
  if (only !== '' && !only.split(',').includes(name)) return;
  const seconds = (performance.now() - began) / 1000;
  if (seconds > limit) return console.log(`-- ${name}: left out, ${seconds.toFixed(0)} s are over`);
  console.log(`-- ${name} (at ${seconds.toFixed(1)} s)`);
  const late = setTimeout(() => console.log('   (still running after 40 s)'), 40_000);
  try {
    await run();
  } catch (error) {
    console.log(
      `   FAILED: ${error instanceof Error ? (error.stack ?? error.message).slice(0, 1500) : String(error)}`,
    );
  }
  clearTimeout(late);
}

const toggles = {
  default: [],
  unsafe: ['enable-dawn-features=disable_robustness,skip_validation'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

async function openDevice(options: readonly string[] = []): Promise<Device> {
  return Device.open(await nodeGpu(options));
}

await part('adapter', async () => {
  const gpu = await nodeGpu();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('no adapter');
  const { vendor, architecture, device, description } = adapter.info;
  console.log('  ', { vendor, architecture, device, description });
  console.log('  ', [...adapter.features].join(' '));
  const { limits } = adapter;
  const shown: (keyof GPUSupportedLimits)[] = [
    'maxBufferSize',
    'maxStorageBufferBindingSize',
    'maxStorageBuffersPerShaderStage',
    'maxComputeWorkgroupStorageSize',
    'maxComputeInvocationsPerWorkgroup',
    'maxComputeWorkgroupsPerDimension',
    'minUniformBufferOffsetAlignment',
  ];
  for (const name of shown) console.log(`   ${name} ${String(limits[name])}`);
});

await part('dispatch', async () => {
  for (const [name, options] of Object.entries(toggles)) {
    const device = await openDevice(options);
    for (const groups of [1, 132]) {
      const { total, encode } = await dispatchCost(device, groups, light ? 50 : 4000);
      console.log(
        `   ${name}, ${groups} groups: ${total.toFixed(2)} µs, of it encoding ${encode.toFixed(2)}`,
      );
    }
    device.dispose();
  }
});

let gpu: Backend | undefined;
const backend = async (): Promise<Backend> => {
  gpu ??= await createWebGpuBackend(await nodeGpu());
  return gpu;
};

await part('agree', async () => {
  const reference = await createBackend({ backend: 'reference' });
  const titles = Object.keys(agreementCases).slice(0, light ? 2 : undefined);
  for (const { title, seconds, name, share } of await compareCases(await backend(), reference, titles))
    console.log(`   ${title}: ${share.toFixed(3)} of the bound (${name}) in ${seconds.toFixed(1)} s`);
});

await part('epoch', async () => {
  const data = imagesFrom(folder, 't10k', light ? 640 : 10_000);
  console.log(`   ${data.source}`);
  const steps = Math.floor(data.length / 64);
  for (const made of [await backend(), await createNodeBackend({ backend: 'wasm' })]) {
    const run = await begin(made, tasks[0], data);
    const start = performance.now();
    const losses = [await run.train(steps), await run.train(steps)];
    const seconds = (performance.now() - start) / 1000;
    console.log(
      `   ${made.info.name} ${made.info.threads}: loss ${losses.join(' then ')}, ${seconds.toFixed(2)} s`,
    );
    run.dispose();
    if (made !== gpu) await made.dispose();
  }
});

await part('steps', async () => {
  const data = imagesFrom(folder, 't10k', light ? 640 : 10_000);
  for (const each of light ? tasks.slice(0, 2) : tasks) {
    const shorter = light ? { ...each, steps: 2 } : each;
    const seconds = await stepSeconds(await backend(), shorter, data, light ? 1 : 3);
    const rate = stepFlop(each) / seconds / 1e12;
    console.log(
      `   ${each.name} at ${each.batchSize}: ${(seconds * 1e6).toFixed(0)} µs a step, ${rate.toFixed(2)} TFLOP/s`,
    );
  }
  for (const count of light ? [1] : [1, 10_000]) {
    const seconds = await inferSeconds(await backend(), tasks[1], data, count, light ? 2 : 20);
    console.log(`   predict ${count} with B: ${(seconds * 1e6).toFixed(0)} µs`);
  }
});

await part('profile', async () => {
  const device = await openDevice();
  for (const each of light ? tasks.slice(0, 1) : tasks) {
    const found = await stepProfile(device, each);
    const text = found.map(([name, total]) => `${name} ${total.toFixed(1)}`).join(' · ');
    console.log(`   ${each.name} at ${each.batchSize}, µs: ${text}`);
  }
  device.dispose();
});

const shapes = [
  [64, 784, 392],
  [64, 392, 196],
  [256, 784, 784],
  [4096, 784, 392],
  [4096, 2048, 2048],
] as const;

await part('tiles', async () => {
  for (const [name, options] of Object.entries(toggles).slice(0, 1)) {
    const device = await openDevice(options);
    for (const kind of ['forward', 'input gradient', 'weight gradient'] as const) {
      for (const shape of light ? shapes.slice(1, 2) : shapes) {
        const found: string[] = [];
        for (const tile of light ? tiles.slice(-1) : [...tiles, ...otherTiles]) {
          if (shape[0] < 4096 && tile.height >= 128) continue;
          if (shape[0] >= 4096 && tile.height === 16) continue;

          const micros = await productCost(device, kind, tile, shape);
          const rate = (2 * shape[0] * shape[1] * shape[2]) / micros / 1e6;
          found.push(`${tile.name} ${micros.toFixed(1)} µs ${rate.toFixed(2)} T`);
        }
        console.log(`   ${name} ${kind} ${shape.join('x')}: ${found.join(' | ')}`);
      }
    }
    device.dispose();
  }
});

await part('unsafe', async () => {
  const data = imagesFrom(folder, 't10k', light ? 640 : 10_000);
  const made = await createWebGpuBackend(await nodeGpu(toggles.unsafe));
  for (const each of light ? tasks.slice(0, 1) : tasks) {
    const seconds = await stepSeconds(made, light ? { ...each, steps: 2 } : each, data, light ? 1 : 3);
    console.log(`   ${each.name} at ${each.batchSize}: ${(seconds * 1e6).toFixed(0)} µs a step`);
  }
  await made.dispose();
});

await gpu?.dispose();
console.log(`-- done at ${((performance.now() - began) / 1000).toFixed(1)} s`);
