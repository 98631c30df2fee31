/**
 * What the network leaves out: the share of each layer's inputs, and of the gradients dz of its outputs, that are exactly 0
 * in training, dropout included. Counted by the reference's ops, on images that are trained on.
 */

import { keyFromSeed } from '../../src/core/philox.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { imageSize, toPlanes } from '../../src/data/image-shape.ts';
import { splitOf } from '../../src/data/split.ts';
import * as layers from '../../src/engine/reference/layers.ts';
import { gather, nllBackward } from '../../src/engine/reference/ops.ts';
import { makeBatch, makeTensors } from '../../src/engine/reference/tensors.ts';
import { findParameter } from '../../src/model/find-parameter.ts';
import { initialize } from '../../src/model/init.ts';
import type { TensorMap } from '../../src/model/network.ts';
import { buildProgram, type Program } from '../../src/model/program.ts';
import { createNodeBackend } from '../../src/platform/node/engine/backend.ts';
import { inputOf, resolveConfig } from '../../src/train/config.ts';
import { train } from '../../src/train/train.ts';
import { type Bench, progress, say } from '../bench.ts';
import { loadFashion } from '../data.ts';
import { BATCH_SIZE, models, type PublishedModel } from '../models.ts';

/** Shares by layer, at one moment of training. */
export interface ZeroShares {
  /** Epochs done. */
  readonly epoch: number;
  readonly inputs: readonly number[];
  readonly gradients: readonly number[];
}

/** A model's shares, over its training. */
export interface Zeros {
  readonly model: 'A' | 'B';
  readonly layers: readonly string[];
  readonly shares: readonly ZeroShares[];
}

const IMAGES = 1_000;
/** Every epoch at first, while much changes, then every so many. */
const [EVERY_ONE, THEN_EVERY] = [10, 5];

export async function countZeros(bench: Bench): Promise<Zeros[]> {
  const { train: dataset } = await loadFashion();
  const counted: Zeros[] = [];
  for (const model of models) {
    const epochs = Math.min(model.epochs, bench.options.wholeEpochs);
    say(`Zeros of ${model.name}: ${epochs} epochs`);
    counted.push(await zerosOf(model, epochs, dataset));
  }
  return counted;
}

async function zerosOf({ name, recipe }: PublishedModel, epochs: number, dataset: Dataset): Promise<Zeros> {
  const config = resolveConfig({ recipe, settings: { epochs, seed: 1 } });
  const program = buildProgram(config.model, inputOf(config));
  const indices = splitOf(config.settings, dataset.length).train.subarray(0, IMAGES);
  const first = initialize(program.plan, keyFromSeed(config.settings.seed));
  const shares = [sharesOf(program, first, dataset, indices, 0)];
  const backend = await createNodeBackend();
  try {
    for await (const event of train(config, { backend, dataset })) {
      if (event.type !== 'epoch') continue;
      const { epoch } = event.metrics;
      if (epoch > EVERY_ONE && epoch % THEN_EVERY !== 0) continue;
      progress(`zeros of ${name} after epoch ${epoch} of ${epochs}`);
      shares.push(sharesOf(program, event.parameters, dataset, indices, epoch));
    }
  } finally {
    await backend.dispose();
  }
  return { model: name, layers: program.plan.layers.map((layer) => layer.name), shares };
}

/** Forward and backward of a training step without its updates, batch by batch. */
export function sharesOf(
  { plan, input }: Program,
  parameters: TensorMap,
  { images, labels, info }: Dataset,
  indices: Uint32Array<ArrayBuffer>,
  epoch: number,
): ZeroShares {
  const tensors = plan.layers.map(makeTensors);
  for (const [name, values] of parameters) {
    const { layer, part } = findParameter(plan, name);
    tensors[layer].value[part].set(values);
  }
  const net = { plan, tensors, role: 'value', averageStatistics: false } as const;
  const size = imageSize(info.shape);
  const last = plan.layers.length - 1;
  const inputs = plan.layers.map(() => 0);
  const gradients = plan.layers.map(() => 0);
  for (let from = 0; from < indices.length; from += BATCH_SIZE) {
    const batch = makeBatch(plan, indices.subarray(from, from + BATCH_SIZE));
    const own = new Uint8Array(batch.rows * size);
    batch.indices.forEach((image, row) => {
      own.set(images.subarray(image * size, (image + 1) * size), row * size);
    });
    const rows = Uint32Array.from({ length: batch.rows }, (_, row) => row);
    gather(toPlanes(own, info.shape), { op: 'gather', shape: info.shape, ...input.pixels }, rows, batch.y[0]);
    const random = { key: keyFromSeed(epoch), step: from / BATCH_SIZE };
    for (let layer = 0; layer <= last; layer++) layers.linear(net, layer, batch, random);
    const targets = { labels: Uint16Array.from(batch.indices, (image) => labels[image]), own: 1, other: 0 };
    const losses = new Float32Array(batch.rows);
    const share = Math.fround(1 / batch.rows);
    nllBackward(
      batch.y[last + 1],
      batch.rows,
      plan.layers[last].out,
      { ...targets, share },
      losses,
      batch.dz[last],
    );
    for (let layer = last; layer > 0; layer--) layers.inputGradient(net, layer, batch, random);
    plan.layers.forEach((_, layer) => {
      inputs[layer] += countOf(batch.x[layer]);
      gradients[layer] += countOf(batch.dz[layer]);
    });
  }
  return {
    epoch,
    inputs: inputs.map((count, layer) => count / (indices.length * plan.layers[layer].in)),
    gradients: gradients.map((count, layer) => count / (indices.length * plan.layers[layer].out)),
  };
}

function countOf(values: Float32Array): number {
  let zeros = 0;
  for (const value of values) if (value === 0) zeros++;
  return zeros;
}
