/** Launches of the ops that take gradients from the loss down to the first layer. */

import { isApart, normsProduct, normWidth, skipEnd } from '../../../model/dense-layer.ts';
import type { Op } from '../../../model/program.ts';
import { ACTIVATIONS } from '../kernels/common.ts';
import { activateGradientKernel, activateGradientOp, quadGroups } from '../kernels/elementwise.ts';
import { groupsOf, NONE } from '../kernels/forward.ts';
import { inputGradientKernel, inputGradientOp } from '../kernels/input-gradient.ts';
import { lossOp, rowGroups } from '../kernels/loss.ts';
import {
  affineGradientKernel,
  affineGradientOp,
  batchNormGradientKernel,
  batchNormGradientOp,
  columnGroups,
} from '../kernels/norm-columns.ts';
import { layerNormGradientKernel, layerNormGradientOp } from '../kernels/norm-rows.ts';
import { tileFor } from '../kernels/product.ts';
import { quadsOf } from '../places.ts';
import type { Kernel, ValuesOf } from '../wgsl.ts';
import { dropoutOf, type Launch, launch, type Setting } from './launch.ts';

/** dz of the last layer, by the kernel of a training's or a log-probability's gradient. */
export function lossGradient({ program, batch }: Setting, kernel: Kernel): Launch {
  const { layers } = program.plan;
  const last = layers.length - 1;
  const classes = layers[last].out;
  const values = { classes, quads: quadsOf(classes), y: batch.y[last + 1], dz: batch.dz[last] };
  return launch(kernel, lossOp, values, rowGroups);
}

export function inputGradient(setting: Setting, index: number, training: boolean): Launch {
  const { program, batch, weights, rows, plain, half } = setting;
  const layer = program.plan.layers[index];
  const inputQuads = quadsOf(layer.in);
  const values = {
    inputs: layer.in,
    outputs: layer.out,
    inputQuads,
    outputQuads: quadsOf(layer.out),
    dz: batch.dz[index],
    weight: weights.layers[index].weight,
    ...(index === 0 ? { dx: batch.dx } : belowOf(setting, index - 1, training)),
  };
  const tile = tileFor([{ rows, columns: layer.in }], plain);
  const kernel = inputGradientKernel(tile, half);
  return launch(kernel, inputGradientOp, values, (count) => groupsOf(tile, count, inputQuads));
}

/** The place of the gradient of a layer's values, and its mask. */
function belowOf({ program, batch }: Setting, index: number, training: boolean) {
  const { layers } = program.plan;
  if (isApart(layers, index)) return { dx: batch.dy[index] };
  const drop = dropoutOf(layers[index], training);
  const mask = layers[index].activation === 'relu' ? 1 : drop.threshold > 0 ? 2 : 0;
  return { dx: batch.dz[index], y: batch.y[index + 1], mask, layer: index, ...drop };
}

export function activateGradient(
  setting: Setting,
  { layer: index, training, byBatch }: Extract<Op, { op: 'activateGradient' }>,
): Launch {
  const { program, batch, weights } = setting;
  const { layers } = program.plan;
  const layer = layers[index];
  const end = skipEnd(layers, index);
  const { threshold, scale: dropScale } = dropoutOf(layer, training);
  const values = {
    quads: quadsOf(layer.out),
    dy: batch.dy[index],
    skipped: end === undefined ? NONE : batch.dy[layers.indexOf(end)],
    dz: batch.dz[index],
    activation: ACTIVATIONS.indexOf(layer.activation),
    layer: index,
    threshold,
    dropScale,
  };
  const normed = normsProduct(layer);
  if (normed && layer.norm === 'batch') return batchNormGradient(setting, index, byBatch, values);
  const { scale, shift } = normed ? weights.layers[index] : { scale: NONE, shift: NONE };
  const told = { ...values, scale, shift, z: batch.z[index] };
  return launch(activateGradientKernel, activateGradientOp, told, (rows) => quadGroups(rows * values.quads));
}

/** Back through a BatchNorm1d, and through the ops after it if `values` ask for that. */
function batchNormGradient(
  { program, batch, weights, subgroups }: Setting,
  index: number,
  byBatch: boolean,
  values: ValuesOf<typeof batchNormGradientOp>,
): Launch {
  const { scale, shift } = weights.layers[index];
  const quads = quadsOf(normWidth(program.plan.layers[index]));
  const [normalized, inverse] = [batch.normalized[index], batch.inverse[index]];
  const told = { ...values, quads, scale, shift, normalized, inverse, byBatch: Number(byBatch) };
  return launch(batchNormGradientKernel(subgroups), batchNormGradientOp, told, () => columnGroups(quads));
}

export function affineGradient(setting: Setting, index: number): Launch {
  const { program, batch, weights, subgroups } = setting;
  const { scale, shift } = weights.layers[index];
  const quads = quadsOf(normWidth(program.plan.layers[index]));
  const [da, normalized] = [normedGradient(setting, index), batch.normalized[index]];
  const values = { quads, scale, shift, da, normalized };
  return launch(affineGradientKernel(subgroups), affineGradientOp, values, () => columnGroups(quads));
}

export function normalizeGradient(setting: Setting, index: number, byBatch: boolean): Launch {
  const { program, batch, weights } = setting;
  const layer = program.plan.layers[index];
  const da = normedGradient(setting, index);
  if (layer.norm === 'batch')
    return batchNormGradient(setting, index, byBatch, { dy: da, dz: da, skipped: NONE });
  const width = normWidth(layer);
  const [normalized, inverse] = [batch.normalized[index], batch.inverse[index]];
  const { scale } = weights.layers[index];
  const values = { quads: quadsOf(width), width, da, normalized, scale, inverse };
  return launch(layerNormGradientKernel(setting.subgroups), layerNormGradientOp, values, rowGroups);
}

/** The place of the gradient with respect to the output of a layer's norm. */
function normedGradient({ program, batch }: Setting, index: number): number {
  return program.plan.layers[index].preNorm ? batch.dy[index - 1] : batch.dz[index];
}
