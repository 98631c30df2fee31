/** What single kernels cost on a GPU: empty dispatches, products of every tile, and each launch of a step by itself. */

import { performance } from 'node:perf_hooks';
import { makeBatch } from '../../src/engine/webgpu/batch.ts';
import { type Device, slotBytes, usage } from '../../src/engine/webgpu/device.ts';
import { step } from '../../src/engine/webgpu/kernels/common.ts';
import { forwardKernel, forwardOp, groupsOf, NONE } from '../../src/engine/webgpu/kernels/forward.ts';
import { inputGradientKernel, inputGradientOp } from '../../src/engine/webgpu/kernels/input-gradient.ts';
import { rowGroups } from '../../src/engine/webgpu/kernels/loss.ts';
import { otherTiles, type Tile, tiles } from '../../src/engine/webgpu/kernels/product.ts';
import {
  weightEntry,
  weightGradientKernel,
  weightOp,
} from '../../src/engine/webgpu/kernels/weight-gradient.ts';
import { placeWeights, quadsOf } from '../../src/engine/webgpu/places.ts';
import { type Kernel, SLOT, type Slot, struct } from '../../src/engine/webgpu/wgsl.ts';
import { buildProgram } from '../../src/model/program.ts';
import { inputOf } from '../../src/train/config.ts';
import type { Task } from './networks.ts';

/** Microseconds that one of many dispatches takes, and of these those that encoding takes. */
export interface Cost {
  readonly total: number;
  readonly encode: number;
}

type Encode = (pass: GPUComputePassEncoder) => void;

/** Where a dispatch takes seconds, one is enough. */
const { SMOKE_LIGHT } = process.env;
const light = SMOKE_LIGHT === '1';

async function costOf(device: Device, count: number, encode: Encode): Promise<Cost> {
  const run = async (times: number) => {
    const began = performance.now();
    const encoder = device.encoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < times; i++) encode(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    const encoded = performance.now() - began;
    await device.queue.onSubmittedWorkDone();
    return { total: ((performance.now() - began) * 1000) / times, encode: (encoded * 1000) / times };
  };
  if (light) return run(1);
  await run(Math.min(count, 20));
  const costs = [await run(count), await run(count), await run(count)];
  return costs.sort((a, b) => a.total - b.total)[0];
}

/** A dispatch of one small workgroup that waits for the one before, or of 132. */
export async function dispatchCost(device: Device, groups: number, count: number): Promise<Cost> {
  const op = struct('Op', { unused: 'u32' });
  const kernel: Kernel = {
    name: 'empty',
    uses: { act: 'read_write' },
    code: `${step.wgsl}${op.wgsl}
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < step.rows + op.unused) { act[id.x] += vec4f(1); }
}`,
  };
  const { pipeline, group } = await bound(device, kernel, new Uint8Array(), { act: 2 ** 16 });
  return costOf(device, count, (pass) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group, [0, 0]);
    pass.dispatchWorkgroups(groups, 1);
  });
}

/** A kernel with buffers of its own, by bytes. */
async function bound(
  device: Device,
  kernel: Kernel,
  op: Uint8Array,
  bytes: Readonly<Partial<Record<Slot, number>>>,
  rows = 64,
) {
  const pipeline = await device.pipeline(kernel);
  const told = new Uint8Array(SLOT);
  step.write(new DataView(told.buffer), 0, {
    rows,
    share: 1 / rows,
    size: 1e-3,
    constant4: 1,
    correction: 1,
    kept: 1,
  });
  const ownOp = new Uint8Array(SLOT);
  ownOp.set(op);
  const kinds = usage.storage | usage.uniform | usage.copyTarget;
  const buffers: Partial<Record<Slot, GPUBuffer>> = {};
  const sizes = Object.entries({ step: slotBytes(1), op: slotBytes(1), ...bytes }) as [Slot, number][];
  for (const [slot, size] of sizes) {
    const buffer = device.buffer(size, kinds, slot);
    buffers[slot] = buffer;
    const filled = new Float32Array(size / 4).map((_, i) => ((i * 7919) % 251) / 251 - 0.5);
    device.queue.writeBuffer(buffer, 0, slot === 'step' ? told : slot === 'op' ? ownOp : filled);
  }
  return { pipeline: pipeline.pipeline, group: device.bind(pipeline, buffers), buffers };
}

export type ProductKind = 'forward' | 'input gradient' | 'weight gradient';

/** Microseconds of a product of a batch of `rows` through a layer, by a tile. */
export async function productCost(
  device: Device,
  kind: ProductKind,
  tile: Tile,
  [rows, inputs, outputs]: readonly [number, number, number],
): Promise<number> {
  const [inputQuads, outputQuads] = [quadsOf(inputs), quadsOf(outputs)];
  const x = rows * inputQuads;
  const weights = 16 * (inputs * outputQuads + outputQuads);
  const act = 16 * (x + rows * outputQuads);
  const op = new Uint8Array(SLOT);
  const view = new DataView(op.buffer);
  const common = { inputs, inputQuads, outputQuads, weight: 0 };
  const bias = inputs * outputQuads;
  let kernel: Kernel;
  let bytes: Partial<Record<Slot, number>> = { act, value: weights };
  let groups: readonly [number, number];
  const table = new Uint8Array(48);
  if (kind === 'forward') {
    kernel = forwardKernel(tile);
    forwardOp.write(view, 0, { ...common, x: 0, bias, z: NONE, y: x, skip: NONE, activation: 1, scale: 1 });
    groups = groupsOf(tile, rows, outputQuads);
  } else if (kind === 'input gradient') {
    kernel = inputGradientKernel(tile);
    inputGradientOp.write(view, 0, { ...common, outputs, dz: x, dx: 0, mask: 0 });
    groups = groupsOf(tile, rows, inputQuads);
  } else {
    kernel = weightGradientKernel(tile, { fused: true, average: false, bytes: false });
    weightOp.write(view, 0, { entries: 1 });
    const [across, down] = groupsOf(tile, inputs, outputQuads);
    weightEntry.write(new DataView(table.buffer), 0, { ...common, across, x: 0, dz: x, bias });
    groups = rowGroups(across * down);
    bytes = { act, value: weights, firstMoment: weights, secondMoment: weights, table: 48 };
  }
  const { pipeline, group, buffers } = await bound(device, kernel, op, bytes, rows);
  if (buffers.table) device.queue.writeBuffer(buffers.table, 0, table);
  const flop = 2 * rows * inputs * outputs;
  const count = Math.max(5, Math.min(100, Math.round(1e11 / flop)));
  const { total } = await costOf(device, count, (pass) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group, [0, 0]);
    pass.dispatchWorkgroups(groups[0], groups[1]);
  });
  for (const buffer of Object.values(buffers)) buffer.destroy();
  return total;
}

export { otherTiles, tiles };

/** Microseconds of every launch of a task's training step, each many times by itself. */
export async function stepProfile(device: Device, { config, batchSize }: Task): Promise<[string, number][]> {
  const program = buildProgram(config.model, inputOf(config));
  const weights = placeWeights(program.plan);
  const request = { program, weights, ops: program.train, rows: batchSize, augmented: false };
  const batch = await makeBatch(device, request);
  const kinds = usage.storage | usage.uniform | usage.copyTarget;
  const made = (bytes: number) => device.buffer(bytes, kinds, 'A profile');
  const tensors = 16 * weights.end;
  const buffers = {
    step: made(SLOT),
    images: made(784 * batchSize),
    rows: made(16 * batchSize),
    records: made(16),
    targets: made(16),
    levels: made(1024),
    results: made(4 * batchSize),
    value: made(tensors),
    gradient: made(tensors),
    firstMoment: made(tensors),
    secondMoment: made(tensors),
    average: made(tensors),
    statistics: made(16 * weights.statisticsEnd),
    averageStatistics: made(16 * weights.statisticsEnd),
  };
  const told = new DataView(new ArrayBuffer(SLOT));
  step.write(told, 0, {
    rows: batchSize,
    share: 1 / batchSize,
    size: 1e-3,
    constant4: 1,
    correction: 1,
    kept: 1,
  });
  device.queue.writeBuffer(buffers.step, 0, told.buffer);
  const groups = batch.bind(buffers);
  const found: [string, number][] = [];
  for (let i = 0; i < batch.dispatches; i++) {
    const { total } = await costOf(device, 50, (pass) => batch.encodeOne(pass, groups, i, 0, batchSize));
    found.push([batch.nameOf(i), total]);
  }
  const { total } = await costOf(device, 50, (pass) => batch.encode(pass, groups, 0, batchSize));
  found.push(['all', total]);
  batch.dispose();
  for (const buffer of Object.values(buffers)) buffer.destroy();
  return found;
}
