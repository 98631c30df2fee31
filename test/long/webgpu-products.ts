/** A product by a tile on a GPU, beside the same in float64. */

import { type Device, slotBytes, usage } from '../../src/engine/webgpu/device.ts';
import { step } from '../../src/engine/webgpu/kernels/common.ts';
import { forwardKernel, forwardOp, groupsOf, NONE } from '../../src/engine/webgpu/kernels/forward.ts';
import { inputGradientKernel, inputGradientOp } from '../../src/engine/webgpu/kernels/input-gradient.ts';
import { rowGroups } from '../../src/engine/webgpu/kernels/loss.ts';
import type { Tile } from '../../src/engine/webgpu/kernels/product.ts';
import {
  WEIGHT_ENTRY_BYTES,
  weightEntry,
  weightGradientKernel,
  weightOp,
} from '../../src/engine/webgpu/kernels/weight-gradient.ts';
import { quadsOf } from '../../src/engine/webgpu/places.ts';
import { type Kernel, SLOT, type Slot } from '../../src/engine/webgpu/wgsl.ts';

export type ProductKind = 'forward' | 'input gradient' | 'weight gradient';

export interface ProductShape {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Whether it is of half precision. */
  readonly half?: boolean;
}

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Rows are filled up with zeros to whole quads. */
  readonly values: Float32Array<ArrayBuffer>;
}

function matrix(rows: number, columns: number, value: (i: number) => number): Matrix {
  const stride = 4 * quadsOf(columns);
  const values = new Float32Array(rows * stride);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      values[row * stride + column] = value(row * columns + column);
  return { rows, columns, values };
}

function at({ columns, values }: Matrix, row: number, column: number): number {
  return values[row * 4 * quadsOf(columns) + column];
}

/** The norm of the difference between a tile's product and float64's, over the norm. */
export async function productError(
  device: Device,
  kind: ProductKind,
  tile: Tile,
  { rows, inputs, outputs, half = false }: ProductShape,
): Promise<number> {
  const noise = (seed: number) => (i: number) => (((i + seed) * 7919) % 257) / 257 - 0.5;
  const x = matrix(rows, inputs, noise(1));
  const dz = matrix(rows, outputs, noise(2));
  const weight = matrix(inputs, outputs, noise(3));
  const [inputQuads, outputQuads] = [quadsOf(inputs), quadsOf(outputs)];
  const common = { inputs, inputQuads, outputQuads, weight: 0 };
  const bias = inputs * outputQuads;
  const op = new DataView(new ArrayBuffer(SLOT));
  const act = [...x.values, ...dz.values];
  const dzAt = x.values.length / 4;
  const resultAt = act.length / 4;
  const told: Partial<Record<Slot, Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>> = {
    value: Float32Array.from([...weight.values, ...new Float32Array(4 * outputQuads)]),
  };
  let kernel: Kernel;
  let groups: readonly [number, number];
  let expected: Matrix;
  if (kind === 'forward') {
    kernel = forwardKernel(tile, { half });
    const places = { x: 0, bias, z: NONE, y: resultAt, skip: NONE };
    forwardOp.write(op, 0, { ...common, ...places });
    groups = groupsOf(tile, rows, outputQuads);
    expected = matrix(rows, outputs, (i) =>
      sumOf(inputs, (k) => at(x, Math.floor(i / outputs), k) * at(weight, k, i % outputs)),
    );
  } else if (kind === 'input gradient') {
    kernel = inputGradientKernel(tile, half);
    inputGradientOp.write(op, 0, { ...common, outputs, dz: dzAt, dx: resultAt });
    groups = groupsOf(tile, rows, inputQuads);
    expected = matrix(rows, inputs, (i) =>
      sumOf(outputs, (k) => at(dz, Math.floor(i / inputs), k) * at(weight, i % inputs, k)),
    );
  } else {
    kernel = weightGradientKernel(tile, { fused: false, average: false, bytes: false, half });
    weightOp.write(op, 0, { entries: 1 });
    const [across, down] = groupsOf(tile, inputs, outputQuads);
    const table = new Uint8Array(WEIGHT_ENTRY_BYTES);
    weightEntry.write(new DataView(table.buffer), 0, { ...common, across, x: 0, dz: dzAt, bias });
    told.table = table;
    told.gradient = new Float32Array(4 * (bias + outputQuads));
    groups = rowGroups(across * down);
    // The biases' gradients follow the weights'.
    expected = matrix(inputs + 1, outputs, (i) =>
      sumOf(
        rows,
        (k) => (i < inputs * outputs ? at(x, k, Math.floor(i / outputs)) : 1) * at(dz, k, i % outputs),
      ),
    );
  }
  told.act = Float32Array.from([...act, ...new Float32Array(expected.values.length)]);
  const [source, from] =
    kind === 'weight gradient' ? (['gradient', 0] as const) : (['act', resultAt] as const);
  const found = await run(device, { kernel, groups, rows, op, told, source });
  return distance(found.subarray(4 * from, 4 * from + expected.values.length), expected.values);
}

function sumOf(count: number, term: (k: number) => number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += term(k);
  return sum;
}

interface Run {
  readonly kernel: Kernel;
  readonly groups: readonly [number, number];
  readonly rows: number;
  readonly op: DataView<ArrayBuffer>;
  readonly told: Partial<Record<Slot, Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>>;
  readonly source: 'act' | 'gradient';
}

/** Runs one kernel over buffers of its own and gives what one of them then holds. */
async function run(device: Device, { kernel, groups, rows, op, told, source }: Run): Promise<Float32Array> {
  const pipeline = await device.pipeline(kernel);
  const stepBytes = new DataView(new ArrayBuffer(slotBytes(1)));
  step.write(stepBytes, 0, { rows, share: 1 / rows });
  const bytes = { ...told, step: new Uint8Array(stepBytes.buffer), op: new Uint8Array(op.buffer) };
  const kinds = usage.storage | usage.copySource | usage.copyTarget;
  const buffers: Partial<Record<Slot, GPUBuffer>> = {};
  for (const [slot, values] of Object.entries(bytes) as [Slot, Uint8Array<ArrayBuffer>][]) {
    const uniform = slot === 'step' || slot === 'op';
    const buffer = device.buffer(values.byteLength, uniform ? usage.uniform | usage.copyTarget : kinds, slot);
    device.queue.writeBuffer(buffer, 0, values);
    buffers[slot] = buffer;
  }
  const from = buffers[source];
  if (from === undefined) throw new Error(`There is no ${source}.`);
  const staging = device.buffer(from.size, usage.mapRead | usage.copyTarget, 'A result');
  const encoder = device.encoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline.pipeline);
  pass.setBindGroup(0, device.bind(pipeline, buffers), [0, 0]);
  pass.dispatchWorkgroups(groups[0], groups[1]);
  pass.end();
  encoder.copyBufferToBuffer(from, 0, staging, 0, from.size);
  device.queue.submit([encoder.finish()]);
  return device.fetch(staging, from.size);
}

function distance(found: Float32Array, expected: Float32Array): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (found[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}
